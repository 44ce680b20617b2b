import { expect, test } from "vitest";
import { coveringNames, covers, isPublicHost } from "./hosts.ts";

test.each([
  ["shop.example.com", "shop.example.com"],
  ["Shop.Example.com", "shop.example.COM"],
  ["*.example.com", "shop.example.com"],
  ["*.example.com", "*.example.com"],
])("%s covers %s", (name, host) => expect(covers(name, host)).toBe(true));

test.each([
  ["shop.example.com", "pay.example.com"],
  ["*.example.com", "example.com"],
  ["*.example.com", "a.b.example.com"],
  ["*.example.com", ".example.com"],
  ["*.example.com", "shop.example.org"],
  ["example.com", "shop.example.com"],
  ["x.example.com", "y.example.com"],
  ["*", "com"],
  ["", "example.com"],
])("%s does not cover %s", (name, host) => expect(covers(name, host)).toBe(false));

test.each(["shop.example.com", "Shop.Example.com.", "*.example.com", "xn--bcher-kva.de"])("%s is public", (host) =>
  expect(isPublicHost(host)).toBe(true),
);

test.each([
  "orders",
  "orders.shop.svc.cluster.local",
  "shop.plumbline.test",
  "10.0.0.1",
  "2001:db8::1",
  "",
  "a.internal",
])("%s is not public", (host) => expect(isPublicHost(host)).toBe(false));

test("a host is covered by its own name and by its domain's wildcard", () => {
  expect(coveringNames("Shop.example.com.")).toEqual(["shop.example.com", "*.example.com"]);
  expect(coveringNames("*.example.com")).toEqual(["*.example.com"]);
  expect(coveringNames("orders")).toEqual(["orders"]);
});
