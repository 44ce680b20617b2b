import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { OUR_PLUGINS } from "./index.ts";

describe("OUR_PLUGINS", () => {
  it("has one of each name, and each has a file to run", () => {
    expect(new Set(OUR_PLUGINS.map(({ kind, name }) => `${kind}-${name}`)).size).toBe(OUR_PLUGINS.length);
    for (const { main } of OUR_PLUGINS) expect(existsSync(main), main).toBe(true);
  });

  it("has the versions of the installed SDKs", () => {
    for (const { version } of OUR_PLUGINS) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it("says of each on one line that it is ours", () => {
    for (const { note } of OUR_PLUGINS) expect(note).toMatch(/^ours: .{10,60}$/);
  });
});
