import { describe, expect, it } from "vitest";
import { ApiError, ConnectionError, isNamespaceMissing, isTransient } from "./error.ts";
import { retrying } from "./retry.ts";

const refused = (status: number, body: object) => new ApiError(status, body as never, "refused");
const signal = new AbortController().signal;

describe("isTransient", () => {
  it.each([
    [new ConnectionError("reset", true), true],
    [refused(503, {}), true],
    [refused(429, { reason: "TooManyRequests" }), true],
    [refused(500, { message: 'Internal error occurred: failed calling webhook "w": connection refused' }), true],
    [refused(500, { message: "Internal error occurred: a bug" }), false],
    [refused(404, { reason: "NotFound" }), false],
    [refused(422, { reason: "Invalid" }), false],
    [new Error("ours"), false],
  ])("%s: %s", (error, transient) => {
    expect(isTransient(error)).toBe(transient);
  });

  it("tells a missing namespace from a missing object", () => {
    expect(isNamespaceMissing(refused(404, { details: { kind: "namespaces" } }))).toBe(true);
    expect(isNamespaceMissing(refused(404, { details: { kind: "configmaps" } }))).toBe(false);
  });
});

describe("retrying", () => {
  it("tries again while the error is one to retry on, and tells of each", async () => {
    const heard: unknown[] = [];
    let tries = 0;
    const action = async () => {
      tries += 1;
      if (tries < 3) throw refused(503, {});
      return "done";
    };
    const onRetry = (error: unknown) => heard.push(error);
    expect(await retrying(action, { when: isTransient, forMs: 5_000, signal, onRetry })).toBe("done");
    expect(heard).toHaveLength(2);
  });

  it("gives the first error that waiting does not help, and the last one when time is up", async () => {
    const never = async () => {
      throw refused(404, { message: "gone" });
    };
    await expect(retrying(never, { when: isTransient, forMs: 5_000, signal })).rejects.toThrow("gone");
    await expect(retrying(never, { when: () => true, forMs: 100, signal })).rejects.toThrow("gone");
  });

  it("stops between tries when it is cancelled", async () => {
    const cancel = new AbortController();
    const action = async () => {
      cancel.abort();
      throw refused(503, { message: "busy" });
    };
    await expect(retrying(action, { when: isTransient, forMs: 60_000, signal: cancel.signal })).rejects.toThrow("busy");
  });
});
