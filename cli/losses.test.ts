import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { scratch } from "../rehearsal/toolchain/testing/scratch.ts";
import type { Change } from "./engine/progress.ts";
import type { ExportedState } from "./engine/state.ts";
import { lossesIn, lossViolations } from "./losses.ts";

const granted = vi.hoisted(() => ({ exemptions: [] as object[] }));
vi.mock("../policies/index.ts", async (load) => ({
  ...(await load<object>()),
  get EXEMPTIONS() {
    return granted.exemptions;
  },
}));
beforeEach(() => {
  granted.exemptions = [];
});

const claim = "urn:pulumi:local::shop::kubernetes:core/v1:PersistentVolumeClaim::data";
const web = "urn:pulumi:local::shop::kubernetes:apps/v1:Deployment::web";

function change(urn: string, operation: Change["operation"], label = "shop/data"): Change {
  return { urn, operation, label, kind: urn.split(":").at(-3) ?? "", paths: [], milliseconds: 0 };
}

function stateOf(...urns: string[]): () => Promise<ExportedState> {
  const resources = urns.map((urn) => {
    const [, , type = "", name = ""] = urn.split("::");
    const [, version = "", kind = ""] = type.split(":");
    const apiVersion = version.replace("core/", "");
    return { urn, type, custom: true, inputs: { apiVersion, kind, metadata: { name, namespace: "shop" }, spec: {} } };
  });
  return async () => ({ version: 3, deployment: { resources } });
}

describe("what a plan does away with", () => {
  it("is what it deletes, and what it puts another one in the place of, in whatever order that is told", () => {
    const told = [
      change("a", "create-replacement"),
      change("a", "delete-replaced"),
      change("b", "delete-replaced"),
      change("b", "delete"),
      change("c", "delete"),
      change("d", "update"),
      change("e", "create"),
    ];
    expect([...lossesIn(told)]).toEqual([
      ["a", "replace"],
      ["b", "replace"],
      ["c", "delete"],
    ]);
  });

  it("is not looked up where there is nothing of it", async () => {
    const state = vi.fn(stateOf(claim));
    expect(await lossViolations([change(claim, "update"), change(web, "create")], { pack: "" }, state)).toEqual([]);
    expect(state).not.toHaveBeenCalled();
  });

  it("breaks the rule if it holds data, under the name of what stands", async () => {
    const told = [
      change(claim, "create-replacement", "elsewhere/data"),
      change(claim, "delete-replaced"),
      change(web, "delete", "shop/web"),
    ];
    expect(await lossViolations(told, { pack: "" }, stateOf(claim, web))).toEqual([
      {
        rule: "stateful-replacement-waived",
        pack: "plumbline",
        level: "mandatory",
        resource: { label: "shop/data", kind: "PersistentVolumeClaim" },
        message: expect.stringMatching(
          /^what: PersistentVolumeClaim shop\/data is replaced by this update; .*\nwhy: .*\nfix: /,
        ),
      },
    ]);
  });

  it("is let go where an exemption names it, until its last day", async () => {
    const exemption = {
      rule: "stateful-replacement-waived",
      resource: "PersistentVolumeClaim shop/data",
      owner: "shop team",
      reason: "it is filled again from the log",
      ticket: "SHOP-1",
      approver: "platform team",
    };
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const violations = () => lossViolations([change(claim, "delete")], { pack: "" }, stateOf(claim));
    granted.exemptions = [{ ...exemption, expires: day(30) }];
    expect(await violations()).toEqual([]);
    granted.exemptions = [{ ...exemption, expires: day(-1) }];
    expect(await violations()).toHaveLength(1);
    granted.exemptions = [{ ...exemption, rule: "replicas-min", expires: day(30) }];
    expect(await violations()).toHaveLength(1);
  });

  it("is judged at the environment's own level", async () => {
    const config = join(await scratch(), "local.json");
    const levels = async (settings: object) => {
      writeFileSync(config, JSON.stringify(settings));
      const told = await lossViolations([change(claim, "delete")], { pack: "", config }, stateOf(claim));
      return told.map(({ level }) => level);
    };
    const at = (enforcementLevel: string) => ({ "stateful-replacement-waived": { enforcementLevel } });
    expect(await levels({})).toEqual(["mandatory"]);
    expect(await levels(at("advisory"))).toEqual(["advisory"]);
    expect(await levels(at("disabled"))).toEqual([]);
  });
});
