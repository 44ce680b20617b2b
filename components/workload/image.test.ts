import { expect, test } from "vitest";
import { imageProblems } from "./image.ts";

const digest = `sha256:${"0".repeat(64)}`;

test.each([
  "plumbline.dev/shop/orders:0.1.0",
  "registry.example.com:5000/orders:1.4.2-rc.1",
  `registry.example.com/orders@${digest}`,
  `registry.example.com/orders:1.4.2@${digest}`,
])("%s stays what it is", (image) => {
  expect(imageProblems("image", image)).toEqual([]);
});

test.each([
  "orders",
  "registry.example.com:5000/orders",
  "orders:latest",
  "orders:main",
  "orders@sha256:0000",
  "orders: 1.4.2",
  "",
])("%j may be another image tomorrow", (image) => {
  expect(imageProblems("image", image)).toEqual([
    { field: "image", given: image, allowed: expect.stringContaining("a tag that does not move") },
  ]);
});
