import { expect, test } from "vitest";
import { covers } from "./hosts.ts";

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
