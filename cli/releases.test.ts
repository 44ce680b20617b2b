import { expect, it } from "vitest";
import { type KnownRelease, knownRelease, parseReleases } from "./releases.ts";
import { plain } from "./view/format.ts";
import { releaseList, takenBackFix, unsettledLines } from "./view/releases.ts";

const STYLE = { columns: 120, paint: plain };
const baking = {
  kind: "Release" as const,
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
    stableImage: "",
    updateImage: "",
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

const DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
/** The Deployment of a version, among others. */
const ofVersion = (revision: string, image: string, namespace = "shop") => ({
  kind: "Deployment" as const,
  metadata: {
    namespace,
    labels: { "delivery.plumbline.dev/revision": revision },
    annotations: { "delivery.plumbline.dev/release": "orders" },
  },
  spec: { template: { spec: { containers: [{ image }, { image: "registry.example.com/beside:9" }] } } },
});

it("tells versions by their images too: by the tag, or by the digest", () => {
  const stable = ofVersion("7d4f", "registry.example.com:5000/shop/orders:0.1.0");
  const others = [ofVersion("58c9", "elsewhere:7", "other"), { ...stable, metadata: { namespace: "shop" } }];
  const [release, ...more] = parseReleases([
    ...others,
    stable,
    ofVersion("58c9", `registry.example.com/shop/orders@sha256:${DIGEST}`),
    baking,
  ]);
  expect(more).toEqual([]);
  expect(release?.stableImage).toBe("registry.example.com:5000/shop/orders:0.1.0");
  expect(list(release ? [release] : [])).toContain("0.1.0 (7d4f) -> 9f86d081884c (58c9)");
});

it("tells the image of a version whose Deployment is not made yet, and none where there is none", () => {
  const template = { spec: { containers: [{ image: "shop/orders:0.2.0@sha256:abc" }] } };
  const [release] = parseReleases([{ ...baking, spec: { ...baking.spec, template } }]);
  expect(list(release ? [release] : [])).toContain("7d4f -> 0.2.0 (58c9)");
});

it("tells in status of releases that are not at rest alone", () => {
  const of = (name: string, phase: string) =>
    knownRelease({ ...baking, metadata: { name, namespace: "shop" }, status: { ...baking.status, phase } });
  expect(unsettledLines([of("payments", "Healthy")], "local")).toEqual([]);
  expect(unsettledLines([of("orders", "Baking"), of("payments", "Healthy"), of("stock", "Aborted")], "dev")).toEqual([
    "shop/orders  Baking   7d4f -> 58c9",
    "shop/stock   Aborted  7d4f; 58c9 was taken back",
    "npm run release -- list --environment dev",
  ]);
});

it("names the command that tries a version again that was taken back", () => {
  const back = knownRelease({ ...baking, status: { ...baking.status, phase: "Aborted" } });
  const text = takenBackFix([back], "staging");
  expect(text).toMatch(/^ {2}npm run release -- retry orders --namespace shop --environment staging$/m);
  expect(text).toMatch(/^ {2}npm run up -- staging$/m);
});
