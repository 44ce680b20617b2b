import { expect, it } from "vitest";
import { type KnownRelease, knownRelease } from "./releases.ts";
import { plain } from "./view/format.ts";
import { releaseList } from "./view/releases.ts";

const STYLE = { columns: 120, paint: plain };
const baking = {
  metadata: { name: "orders", namespace: "shop" },
  spec: { replicas: 3, strategy: {} },
  status: {
    phase: "Baking",
    stableRevision: "7d4f",
    updateRevision: "58c9",
    readyReplicas: 3,
    message: "4m 10s of the bake time are left",
  },
};
const list = (releases: readonly KnownRelease[], environment = "local") =>
  releaseList(releases, environment, STYLE).join("\n");

it("reads what the controller tells", () => {
  expect(knownRelease(baking)).toEqual({
    namespace: "shop",
    name: "orders",
    phase: "Baking",
    stable: "7d4f",
    update: "58c9",
    weight: undefined,
    ready: 3,
    wanted: 3,
    message: "4m 10s of the bake time are left",
    underWay: true,
    takenBack: false,
  });
});

it("asks nothing of one that is on its way back, or of a first one", () => {
  const of = (status: object) => knownRelease({ ...baking, status: { ...baking.status, ...status } });
  expect(of({ phase: "RollingBack" })).toMatchObject({ underWay: false, takenBack: false });
  expect(of({ phase: "Progressing", stableRevision: "" })).toMatchObject({ underWay: false, takenBack: false });
});

it("takes one that its controller has not seen for no release under way", () => {
  expect(knownRelease({ ...baking, status: {} })).toMatchObject({ phase: "Pending", stable: "", underWay: false });
});

it("shows a release under way with what may be asked of it", () => {
  const text = list([knownRelease(baking)], "staging");
  expect(text).toMatch(/shop\/orders {2}Baking {2}3\/3 ready {2}7d4f -> 58c9\n {4}4m 10s of the bake time are left/);
  expect(text).toContain("npm run release -- abort orders --namespace shop --environment staging");
});

it("tells a share of the replicas, and a version that was taken back", () => {
  const status = { ...baking.status, phase: "Holding", weight: 25 };
  const canary = { replicas: 3, strategy: { canary: {} } };
  expect(list([knownRelease({ ...baking, spec: canary, status })])).toContain("7d4f -> 58c9, 25 %");
  const back = { ...status, phase: "Aborted" };
  const text = list([knownRelease({ ...baking, status: back })]);
  expect(text).toContain("7d4f; 58c9 was taken back");
  expect(text).toContain("npm run release -- retry orders --namespace shop");
  expect(text).not.toContain("abort");
});

it("says where there are none what rolling services are", () => {
  expect(list([])).toContain("Rolling ones are Deployments");
});
