import { expect, it } from "vitest";
import { survive } from "./survival.ts";

const deployment = () => ({
  replicas: 1,
  selector: { matchLabels: { app: "operator" } },
  template: { spec: { containers: [{ args: ["controller", "--leader-elect"] }, { args: ["beside"] }] } },
});

it("runs pods on nodes and in zones of their own, and has one lead", () => {
  const spec = deployment();
  survive(spec, { replicas: 2, args: ["--leader-lease-duration=8"], env: { WAITS: "3" } });
  const spread = { maxSkew: 1, whenUnsatisfiable: "ScheduleAnyway", labelSelector: spec.selector };
  expect(spec).toEqual({
    replicas: 2,
    selector: spec.selector,
    template: {
      spec: {
        containers: [
          { args: ["controller", "--leader-elect", "--leader-lease-duration=8"], env: [{ name: "WAITS", value: "3" }] },
          { args: ["beside"] },
        ],
        topologySpreadConstraints: [
          { ...spread, topologyKey: "kubernetes.io/hostname" },
          { ...spread, topologyKey: "topology.kubernetes.io/zone" },
        ],
      },
    },
  });
});

it("leaves a node that does not answer", () => {
  const spec = deployment();
  survive(spec, { leavesAfter: 5 });
  const leaves = { operator: "Exists", effect: "NoExecute", tolerationSeconds: 5 };
  expect(spec.template.spec).toEqual({
    ...deployment().template.spec,
    tolerations: [
      { ...leaves, key: "node.kubernetes.io/not-ready" },
      { ...leaves, key: "node.kubernetes.io/unreachable" },
    ],
  });
});

it("changes nothing that it is not told to", () => {
  const spec = deployment();
  survive(spec, {});
  expect(spec).toEqual(deployment());
});
