import type { Problem } from "../core/invalid.ts";

const DIGEST = /@sha256:[0-9a-f]{64}$/;
const TAG = /^[^@]*:(\w[\w.-]{0,127})$/;
const MOVING = new Set(["latest", "stable", "main", "master", "edge", "nightly"]);

/** What runs, in one word: the tag of an image, or its digest where it has none. */
export function imageVersion(image: string): string {
  const [digest = ""] = DIGEST.exec(image) ?? [];
  return TAG.exec(image.replace(DIGEST, ""))?.[1] ?? digest.slice(1);
}

/** A problem if an image may be another one tomorrow: no tag and no digest, or a tag that moves. */
export function imageProblems(field: string, image: string): Problem[] {
  const [, tag] = TAG.exec(image.replace(DIGEST, "")) ?? [];
  const pinned = DIGEST.test(image) || (tag !== undefined && !MOVING.has(tag));
  if (pinned && !/\s/.test(image)) return [];
  const allowed = 'an image with a tag that does not move, or a digest, such as "registry.example.com/orders:1.4.2"';
  return [{ field, given: image, allowed }];
}
