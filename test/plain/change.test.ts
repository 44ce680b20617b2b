import { expect, test } from "vitest";
import { changed, changedLines } from "./change.ts";

test("a path is changed where it is one: not within another, nor before what goes on as a name", () => {
  const changes = { "/data": "/here/data", "/etc/redis": "/here/config" };
  expect(changed("dir /data\n/data/primary=/data", changes)).toBe("dir /here/data\n/here/data/primary=/here/data");
  for (const text of ["/database", "/data-2", "/var/data", "./data"]) expect(changed(text, changes), text).toBe(text);
});

test("the longest goes first, and what a change brings is not changed again", () => {
  const changes = { "/etc/redis": "/etc/redis-users/a", "/etc/redis-users": "/b", "a.data.svc": "127.1.1.1" };
  expect(changed("/etc/redis /etc/redis-users a.data.svc", changes)).toBe("/etc/redis-users/a /b 127.1.1.1");
  expect(changed("no change", {})).toBe("no change");
});

test("lines that are others are told, with what they became", () => {
  expect(changedLines("port 0\ndir /data\n", { "/data": "/here" })).toEqual([["dir /data", "dir /here"]]);
});
