import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

const NAMES = [
  "replicas-min",
  "pdb-required",
  "spread-required",
  "image-tag-pinned",
  "readiness-probe-required",
  "liveness-probe-required",
  "seccomp-required",
];

test.each([
  ["replica-min", "replicas-min"],
  ["Replicas-Min", "replicas-min"],
  ["min-replicas", "replicas-min"],
  ["pdb", "pdb-required"],
  ["image-tag", "image-tag-pinned"],
  ["probe-liveness-required", "liveness-probe-required"],
])("%s was meant to be %s", (written, meant) => expect(nearest(written, NAMES)[0]).toBe(meant));

test("there are three at most, the likest first", () => {
  const near = nearest("readyness-probe-required", NAMES);
  expect(near).toHaveLength(3);
  expect(near.slice(0, 2)).toEqual(["readiness-probe-required", "liveness-probe-required"]);
});

test("what is like nothing has no neighbours", () => {
  expect(nearest("x", NAMES)).toEqual([]);
  expect(nearest("zzzzzzzzzzzz", NAMES)).toEqual([]);
  expect(nearest("replicas-min", [])).toEqual([]);
});
