import { describe, expect, it } from "vitest";
import { type Lock, productionClosure } from "./lock.ts";

const lock: Lock = {
  packages: {
    "": { name: "root" },
    "apps/orders": { version: "1", dependencies: { chassis: "1", web: "2" } },
    "apps/chassis": { version: "1", dependencies: { log: "1", fast: "1" }, optionalDependencies: { fast: "1" } },
    "apps/other": { version: "1", dependencies: { unrelated: "1" } },
    "node_modules/chassis": { resolved: "apps/chassis", link: true },
    "node_modules/orders": { resolved: "apps/orders", link: true },
    "node_modules/web": { version: "2.0.0", dependencies: { log: "2" }, peerDependencies: { absent: "1", peer: "1" } },
    "node_modules/web/node_modules/log": { version: "2.0.0", dependencies: { web: "2" } },
    "node_modules/log": { version: "1.0.0" },
    "node_modules/fast": { version: "1.0.0", dependencies: { native: "1" } },
    "node_modules/native": { version: "1.0.0" },
    "node_modules/peer": { version: "1.0.0" },
    "node_modules/unrelated": { version: "1.0.0" },
  },
};

describe("what a workspace needs to run", () => {
  const closure = productionClosure(lock, "apps/orders");

  it("is all that it reaches, each where Node finds it, and nothing of other workspaces", () => {
    expect(closure.workspaces).toEqual(["apps/chassis", "apps/orders"]);
    expect(closure.links).toEqual(["node_modules/chassis"]);
    expect(closure.packages).toEqual([
      "node_modules/fast",
      "node_modules/log",
      "node_modules/native",
      "node_modules/peer",
      "node_modules/web",
      "node_modules/web/node_modules/log",
    ]);
  });

  it("may miss what is optional and what only that needs", () => {
    expect([...closure.optional].sort()).toEqual(["node_modules/fast", "node_modules/native", "node_modules/peer"]);
  });

  it("may not miss what something else needs too", () => {
    const packages = { ...lock.packages, "apps/orders": { dependencies: { chassis: "1", native: "1" } } };
    expect(productionClosure({ packages }, "apps/orders").optional.has("node_modules/native")).toBe(false);
  });

  it("cannot be told of a lock that leaves something out", () => {
    const packages = { ...lock.packages, "apps/orders": { dependencies: { gone: "1" } } };
    expect(() => productionClosure({ packages }, "apps/orders")).toThrow("does not say where apps/orders finds gone");
    expect(() => productionClosure(lock, "apps/nowhere")).toThrow("knows no workspace apps/nowhere");
  });
});
