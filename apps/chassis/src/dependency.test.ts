import { describe, expect, it } from "vitest";
import { checkAll, type Dependency, reasonOf } from "./dependency.ts";

function dependency(name: string, check: () => Promise<unknown>): Dependency {
  return { name, check, close: async () => undefined };
}

describe("checks of dependencies", () => {
  it("run together, and one that hangs does not hide the others", async () => {
    const findings = await checkAll([
      dependency("well", async () => "anything"),
      dependency("away", async () => {
        throw new Error("connect ECONNREFUSED");
      }),
      dependency("hanging", () => new Promise(() => undefined)),
    ]);
    expect([...findings]).toEqual([
      ["well", undefined],
      ["away", "connect ECONNREFUSED"],
      ["hanging", "no answer in 800 ms"],
    ]);
  });
});

describe("the reason in an error", () => {
  it("follows causes, and speaks with the words of those that are gathered", () => {
    const refused = new Error("Connection to kafka-0:9092 failed.", {
      cause: new Error("SASL authentication failed."),
    });
    expect(reasonOf(refused)).toBe("Connection to kafka-0:9092 failed: SASL authentication failed");
    expect(reasonOf(new AggregateError([refused, refused], "all failed"))).toBe(reasonOf(refused));
    expect(reasonOf(new AggregateError([], "nothing was tried"))).toBe("nothing was tried");
    expect(reasonOf("plain text")).toBe("plain text");
  });
});
