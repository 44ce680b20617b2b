import { expect, test } from "vitest";
import { IMAGES, type ImageLock, image } from "../components/images/index.ts";
import { askRegistries, changesOf, endedOf, movedOf, newLock, toAsk } from "./image-lock.ts";
import { RegistryError } from "./registry/error.ts";

const NOW = new Date("2026-08-02T00:00:00Z");
const entry = (digest: string, locked = "2026-08-01T00:00:00.000Z") => ({ digest, mediaType: "m", locked });
const LOCK: ImageLock = { "a.io/a:1": entry("1"), "a.io/b:1": entry("2"), "a.io/gone:1": entry("3") };
const WANTED = ["a.io/a:1", "a.io/b:1", "a.io/c:1"];

test("only what is not locked is asked for, unless all is to be; never what has a digest", () => {
  const images = [...WANTED, `a.io/d@sha256:${"0".repeat(64)}`];
  expect(toAsk(images, LOCK, false)).toEqual(["a.io/c:1"]);
  expect(toAsk(images, LOCK, true)).toEqual(WANTED);
});

test("a new lock has what was answered, keeps what has not changed with its moment, and drops what nobody asks for", () => {
  const answers = new Map([
    ["a.io/a:1", { digest: "1", mediaType: "m" }],
    ["a.io/b:1", { digest: "9", mediaType: "m" }],
  ]);
  const after = newLock(WANTED, LOCK, answers, NOW);
  expect(after).toEqual({ "a.io/a:1": entry("1"), "a.io/b:1": entry("9", NOW.toISOString()) });
  expect(changesOf(LOCK, after)).toEqual({ added: [], changed: ["a.io/b:1"], removed: ["a.io/gone:1"] });
  expect(changesOf({}, after).added).toEqual(["a.io/a:1", "a.io/b:1"]);
});

test("a tag has moved if it means something else than what is locked", () => {
  const now = new Map([
    ["a.io/a:1", "1"],
    ["a.io/b:1", "9"],
    ["a.io/c:1", "9"],
  ]);
  expect(movedOf(LOCK, now)).toEqual([{ image: "a.io/b:1", locked: "2", now: "9" }]);
});

test("an image has reached the end of its life on the day after it, if it is asked for", () => {
  const of = (day: string, images: readonly string[]) =>
    endedOf(images, new Date(`${day}T12:00:00Z`)).map((ended) => ended.image);
  expect(IMAGES.rabbitmq.endOfLife.date).toBe("2026-01-30");
  expect(of("2026-01-30", [image("rabbitmq")])).toEqual([]);
  expect(of("2026-01-31", [image("rabbitmq"), image("kafka")])).toEqual([image("rabbitmq")]);
  expect(of("2026-01-31", [image("rabbitmq", "5.0.0")])).toEqual([]);
});

test("all are asked, some at once, and each that gives no answer is named; another error ends it", async () => {
  const images = Array.from({ length: 9 }, (_, index) => `a.io/i:${index}`);
  const told: number[] = [];
  let [running, most] = [0, 0];
  const { answers, refusals } = await askRegistries(
    images,
    async ({ tag }) => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      if (tag === "3" || tag === "1") throw new RegistryError(`no ${tag}`);
      return tag;
    },
    (done) => told.push(done),
  );
  expect([...answers.values()].sort()).toEqual(["0", "2", "4", "5", "6", "7", "8"]);
  expect(refusals).toEqual([
    { image: "a.io/i:1", why: "no 1" },
    { image: "a.io/i:3", why: "no 3" },
  ]);
  expect(most).toBe(4);
  expect(told.at(-1)).toBeGreaterThan(4);
  await expect(
    askRegistries(
      images,
      () => Promise.reject(new TypeError("bug")),
      () => {},
    ),
  ).rejects.toThrow("bug");
});
