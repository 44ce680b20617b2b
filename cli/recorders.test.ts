import { describe, expect, it } from "vitest";
import type { Plugin } from "../rehearsal/index.ts";
import { advance, NOTHING_YET } from "./engine/progress.ts";
import { RECORDERS, refuseRecording } from "./recorders.ts";

const plugin = (name: string, origin: Plugin["origin"]): Plugin =>
  ({ kind: "resource", name, version: "1.0.0", origin }) as Plugin;

describe("refuseRecording", () => {
  it("knows the recorders", () => {
    expect([...RECORDERS].toSorted()).toEqual(["aws", "kubernetes-cert-manager"]);
  });

  it("refuses a stack whose only part of a recorder is a component", () => {
    const type = "kubernetes-cert-manager:index:CertManager";
    const metadata = { op: "create", urn: `urn:pulumi:staging::plumbline::${type}::cert-manager`, type, new: {} };
    const { packages } = advance(
      NOTHING_YET,
      { sequence: 0, timestamp: 0, resourcePreEvent: { metadata } } as never,
      0,
    );
    expect(() => refuseRecording("staging", packages, [plugin("kubernetes-cert-manager", "ours")])).toThrow(
      "staging uses kubernetes-cert-manager, and this machine has only a plugin that records",
    );
  });

  it("lets official plugins be, and recorders that nothing comes from", () => {
    refuseRecording("staging", new Set(["aws"]), [plugin("aws", "official")]);
    refuseRecording("staging", new Set(["kubernetes"]), [plugin("aws", "ours"), plugin("kubernetes", "ours")]);
  });
});
