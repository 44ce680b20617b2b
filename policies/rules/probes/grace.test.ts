import { expect, test } from "vitest";
import { Field } from "../../core/field.ts";
import { pauseOf } from "./grace.ts";

test.each([
  [{ sleep: { seconds: 10 } }, 10],
  [{ exec: { command: ["sleep", "15"] } }, 15],
  [{ exec: { command: ["/bin/sh", "-c", "sleep 5 && nginx -s quit; sleep 1m"] } }, 65],
  [{ exec: { command: ["/bin/sleep", "0.5"] } }, 0.5],
  [{ exec: { command: ["sh", "-c", "sleep $DRAIN"] } }, 0],
  [{ exec: { command: ["asleep", "5"] } }, 0],
  [{ httpGet: { path: "/drain", port: 80 } }, 0],
])("%j pauses for %d seconds", (hook, seconds) => expect(pauseOf(new Field(hook))).toBe(seconds));

test("no hook is no pause", () => expect(pauseOf(new Field({}).at("preStop"))).toBe(0));
