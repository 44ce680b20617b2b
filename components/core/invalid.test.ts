import { RunError } from "@pulumi/pulumi/errors.js";
import { expect, test } from "vitest";
import { describe, InvalidArgsError, refuse, UnfinishedProgramError } from "./invalid.ts";

test("a problem is one line: the field, what was given, what is allowed", () => {
  expect(describe({ field: "scaling.min", given: 0, allowed: "at least 2" })).toBe(
    "scaling.min: 0 was given; allowed: at least 2",
  );
  expect(describe({ field: "image", given: undefined, allowed: "an image" })).toMatch(/nothing was given/);
});

test("what is no JSON is told all the same", () => {
  const told = (given: unknown) => describe({ field: "a", given, allowed: "1" });
  expect([Number.NaN, Number.POSITIVE_INFINITY, null, () => 1, Symbol("s"), 10n].map(told)).toEqual(
    ["NaN", "Infinity", "null", "a function", "a symbol", "a bigint that is no JSON"].map(
      (what) => `a: ${what} was given; allowed: 1`,
    ),
  );
});

test("a password is not repeated", () => {
  const given = "http://user:hunter2pw@collector.observability.svc:4318";
  const line = describe({ field: "telemetry.endpoint", given, allowed: "a Service" });
  expect(line).not.toContain("hunter2pw");
  expect(line).toContain("<an address with a password in it>");
});

test("a program that is refused ends with the message, without a stack trace", () => {
  expect(RunError.isInstance(new InvalidArgsError('Microservice "orders"', []))).toBe(true);
});

test("what Pulumi writes before the message of an error is not kept", () => {
  for (const error of [new InvalidArgsError('Microservice "orders"', []), new UnfinishedProgramError("it is open")]) {
    const { message } = error;
    error.message = `error serializing property "spec": ${message}`;
    expect(error.message).toBe(message);
  }
});

test("every problem is told at once, and none is no error", () => {
  const problem = { field: "a", given: 1, allowed: "2" };
  expect(() => refuse('Microservice "orders"', [problem, { ...problem, field: "b" }])).toThrow(
    new InvalidArgsError('Microservice "orders"', [problem, { ...problem, field: "b" }]),
  );
  expect(() => refuse("nothing", [])).not.toThrow();
});
