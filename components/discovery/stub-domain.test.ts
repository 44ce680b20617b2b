import { expect, test } from "vitest";
import { stubDomain } from "./stub-domain.ts";

test("a server block of CoreDNS sends a zone to one address, and to none besides", () => {
  const { zone, corefile } = stubDomain("consul", "10.96.0.77");
  expect(zone).toBe("consul");
  expect(corefile.split("\n").map((line) => line.trim())).toEqual([
    "consul:53 {",
    "errors",
    "cache 5",
    "forward . 10.96.0.77 {",
    "max_concurrent 1000",
    "}",
    "}",
    "",
  ]);
});
