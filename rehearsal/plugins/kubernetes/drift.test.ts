import { describe, expect, it } from "vitest";
import { Secret } from "../rpc/index.ts";
import { driftedInputs } from "./drift.ts";
import type { JsonObject, KubeObject } from "./object.ts";

const object = (spec: JsonObject, fields: JsonObject = {}): KubeObject =>
  ({
    apiVersion: "x.io/v1",
    kind: "Thing",
    metadata: { name: "a", managedFields: [{ manager: "m", fieldsV1: { "f:spec": fields } }] },
    spec,
  }) as never;
const drift = (spec: JsonObject, before: JsonObject | undefined, now: JsonObject, fields: JsonObject = {}) =>
  driftedInputs({ apiVersion: "x.io/v1", kind: "Thing", spec } as never, before && object(before), object(now, fields))
    .spec;

const PORTS = { "f:ports": { 'k:{"port":80,"protocol":"TCP"}': {}, 'k:{"port":81,"protocol":"TCP"}': {} } };

describe("driftedInputs", () => {
  it("keeps inputs that the server only wrote another way", () => {
    expect(drift({ cpu: "1000m" }, { cpu: "1" }, { cpu: "1" })).toEqual({ cpu: "1000m" });
  });

  it("takes live values that changed, drops fields that are gone, ignores fields of others", () => {
    const now = { a: "changed", theirs: "x" };
    expect(drift({ a: "1", b: "2" }, { a: "1", b: "2" }, now)).toEqual({ a: "changed" });
  });

  it("keeps what the server never gives back", () => {
    expect(drift({ writeOnly: "x" }, {}, {})).toEqual({ writeOnly: "x" });
  });

  it("finds list items by the keys that the server merges by, with the keys that it fills in", () => {
    const before = { ports: [{ port: 80, protocol: "TCP", name: "a" }] };
    const now = {
      ports: [
        { port: 81, protocol: "TCP" },
        { port: 80, protocol: "TCP", name: "b" },
      ],
    };
    expect(drift({ ports: [{ port: 80, name: "a" }] }, before, now, PORTS)).toEqual({
      ports: [{ port: 80, name: "b" }],
    });
    expect(drift({ ports: [{ port: 80, name: "a" }] }, before, { ports: [now.ports[0] as never] }, PORTS)).toEqual({
      ports: [],
    });
  });

  it("compares other lists place by place, and shows what was added", () => {
    expect(drift({ args: ["a", "b"] }, { args: ["a", "b"] }, { args: ["a", "x", "y"] })).toEqual({
      args: ["a", "x", "y"],
    });
  });

  it("keeps secrets secret", () => {
    const drifted = drift({ token: new Secret("a") } as never, { token: "a" }, { token: "b" }) as { token: Secret };
    expect(drifted.token).toBeInstanceOf(Secret);
    expect(drifted.token.value).toBe("b");
  });

  it("after an interrupted creation: compares with the inputs, quantities by their amount", () => {
    expect(drift({ memory: "1024Mi", n: 1 }, undefined, { memory: "1Gi", n: 2 })).toEqual({ memory: "1024Mi", n: 2 });
  });
});
