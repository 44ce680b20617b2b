import { expect, it } from "vitest";
import { isShipped } from "./debian.ts";

it.each([
  ["usr/bin/redis-server", true],
  ["usr/share/doc", true],
  ["usr/share/doc/redis-server", true],
  ["usr/share/doc/redis-server/copyright", true],
  ["usr/share/doc/redis-server/changelog.gz", false],
  ["usr/share/doc/redis-server/examples/copyright", false],
  ["usr/share/man", false],
  ["usr/share/man/man1/redis-server.1.gz", false],
  ["usr/share/locale", false],
  ["usr/share/manuscripts", true],
  ["usr/share/zoneinfo/UTC", true],
])("%s is in an image: %s", (path, shipped) => {
  expect(isShipped(path)).toBe(shipped);
});
