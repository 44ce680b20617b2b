import { expect, test } from "vitest";
import { endpointOf, parseReference } from "./reference.ts";

const REDIS = { registry: "docker.io", repository: "library/redis", tag: "8.2.1" };

test.each([
  ["docker.io/library/redis:8.2.1", REDIS],
  ["docker.io/redis:8.2.1", REDIS],
  ["redis:8.2.1", REDIS],
  ["shop/orders:1", { registry: "docker.io", repository: "shop/orders", tag: "1" }],
  ["localhost/orders:1", { registry: "localhost", repository: "orders", tag: "1" }],
  [
    "registry.example.com:5000/shop/orders:v1.2-rc.1",
    { registry: "registry.example.com:5000", repository: "shop/orders", tag: "v1.2-rc.1" },
  ],
])("%s is taken apart", (image, parts) => {
  expect(parseReference(image)).toEqual(parts);
});

test.each([
  `redis@sha256:${"0".repeat(64)}`,
  `redis:8@sha256:${"0".repeat(64)}`,
  "redis",
  "localhost:5000/redis",
  "redis: 8",
  "",
])("%j has nothing to be asked for", (image) => {
  expect(parseReference(image)).toBeUndefined();
});

test.each([
  ["docker.io", {}, "https://registry-1.docker.io", "a/b"],
  ["quay.io", {}, "https://quay.io", "a/b"],
  ["127.0.0.1:5000", {}, "http://127.0.0.1:5000", "a/b"],
  ["localhost", {}, "http://localhost", "a/b"],
  ["quay.io", { "quay.io": "https://mirror.example.com/quay/" }, "https://mirror.example.com", "quay/a/b"],
  ["quay.io", { "docker.io": "https://mirror.example.com" }, "https://quay.io", "a/b"],
])("%s with mirrors %j is asked at %s for %s", (registry, mirrors, origin, repository) => {
  const urls = new Map(Object.entries(mirrors).map(([name, url]) => [name, new URL(url)]));
  expect(endpointOf({ registry, repository: "a/b", tag: "1" }, urls)).toEqual({ origin, repository });
});
