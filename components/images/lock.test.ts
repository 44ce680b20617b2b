import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { type ImageLock, pinned } from "./lock.ts";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
const REDIS = "docker.io/library/redis:8.2.1";
const LOCK: ImageLock = {
  [REDIS]: {
    digest: DIGEST,
    mediaType: "application/vnd.oci.image.index.v1+json",
    locked: "2026-08-01T00:00:00.000Z",
  },
};

test("an image of the lock gets its digest wherever it stands, and keeps its tag", () => {
  const spec = { containers: [{ image: REDIS, args: ["--save"] }], initContainers: [{ image: REDIS }] };
  expect(pinned({ spec, imageName: REDIS }, LOCK)).toEqual({
    spec: {
      containers: [{ image: `${REDIS}@${DIGEST}`, args: ["--save"] }],
      initContainers: [{ image: `${REDIS}@${DIGEST}` }],
    },
    imageName: `${REDIS}@${DIGEST}`,
  });
});

test.each(["docker.io/library/redis:8.2.2", `${REDIS}@${DIGEST}`, `${REDIS} `, "constructor", 7, null, undefined])(
  "%j stays what it is",
  (value) => {
    expect(pinned({ value }, LOCK)).toEqual({ value });
  },
);

test("what is known later, or is no plain value, is the very same", () => {
  const later = pulumi.output(REDIS);
  const when = new Date(0);
  const given = pinned({ later, when }, LOCK);
  expect(given.later).toBe(later);
  expect(given.when).toBe(when);
});
