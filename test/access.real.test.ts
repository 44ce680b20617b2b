import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Namespace } from "../components/cluster/index.ts";
import { Access } from "../components/security/index.ts";
import { KINDS } from "../components/security/kinds.ts";
import type { KubeObject } from "../rehearsal/plugins/kubernetes/object.ts";
import { eventually, type TestCluster, testCluster } from "../rehearsal/plugins/kubernetes/testing/cluster.ts";
import { objectsOf } from "./support/component-objects.ts";

const GROUPS = {
  viewer: "t-developers",
  operator: "t-on-call",
  admin: "t-leads",
  breakGlass: "t-break-glass",
  nobody: "t-guests",
};
type Who = keyof typeof GROUPS;
const WHO = Object.keys(GROUPS) as Who[];

/** Every verb that means anything to the API server, and the letter by which the table below calls it. */
const VERBS = {
  get: "g",
  list: "l",
  watch: "w",
  create: "c",
  update: "u",
  patch: "p",
  delete: "d",
  deletecollection: "D",
  escalate: "E",
  bind: "B",
  impersonate: "I",
  approve: "A",
};
/** What no role for people can give, asked all the same. */
const MIGHTY: Readonly<Record<string, readonly string[]>> = {
  "": ["users", "groups", "serviceaccounts/token", "nodes/proxy", "pods/attach", "pods/proxy", "services/proxy"],
  "authentication.k8s.io": ["uids", "userextras"],
  "certificates.k8s.io": ["certificatesigningrequests", "certificatesigningrequests/approval", "signers"],
  "admissionregistration.k8s.io": ["mutatingadmissionpolicies"],
  "apiregistration.k8s.io": ["apiservices"],
};

/** Of these there is one of a name in the whole cluster. */
const CLUSTER_WIDE = new Set([
  ...["nodes", "namespaces", "persistentvolumes", "gatewayclasses", "clusterissuers", "storageclasses"],
  ...["clustersecretstores"],
  ...["volumeattachments", "priorityclasses", "clusterroles", "clusterrolebindings", "customresourcedefinitions"],
  ...["validatingwebhookconfigurations", "mutatingwebhookconfigurations", "validatingadmissionpolicies"],
  ...["validatingadmissionpolicybindings", "nodes/proxy", "users", "groups", "uids", "userextras", "signers"],
  ...["certificatesigningrequests", "certificatesigningrequests/approval", "mutatingadmissionpolicies", "apiservices"],
]);

/**
 * Who may do what with each kind, in a namespace that all of them work in: the columns are viewer, operator, admin, breakGlass, nobody. Whatever is not here is asked too, and nobody may do it: every
 * verb, on every kind of the table of the roles and of those above.
 */
const MATRIX = `
core/pods                                                       glw     glwd    glwd    glwd    -
core/pods/log                                                   -       g       g       g       -
core/pods/eviction                                              -       c       c       c       -
core/pods/exec                                                  -       -       -       gc      -
core/pods/portforward                                           -       -       -       gc      -
core/pods/ephemeralcontainers                                   -       -       -       p       -
core/services                                                   glw     glw     glwcupd glwcupd -
core/configmaps                                                 glw     glw     glwcupd glwcupd -
core/secrets                                                    -       -       cd      glwd    -
core/endpoints                                                  glw     glw     glw     glw     -
core/events                                                     glw     glw     glw     glw     -
core/persistentvolumeclaims                                     glw     glw     glwp    glwpd   -
core/persistentvolumes                                          gl      gl      gl      gl      -
core/resourcequotas                                             glw     glw     glw     glwp    -
core/limitranges                                                glw     glw     glw     glw     -
core/serviceaccounts                                            glw     glw     glw     glw     -
core/nodes                                                      gl      gl      gl      glp     -
core/namespaces                                                 gl      gl      gl      gl      -
apps/deployments                                                glw     glwp    glwcupd glwcupd -
apps/deployments/scale                                          -       gup     gup     gup     -
apps/statefulsets                                               glw     glw     glwcupd glwcupd -
apps/statefulsets/scale                                         -       -       -       gup     -
apps/daemonsets                                                 glw     glw     glwcupd glwcupd -
apps/replicasets                                                glw     glw     glw     glw     -
apps/controllerrevisions                                        glw     glw     glw     glw     -
batch/jobs                                                      glw     glw     glwcupd glwcupd -
batch/cronjobs                                                  glw     glw     glwcupd glwcupd -
autoscaling/horizontalpodautoscalers                            glw     glw     glwcupd glwcupd -
policy/poddisruptionbudgets                                     glw     glw     glwcupd glwcupd -
networking.k8s.io/networkpolicies                               glw     glw     glw     glwcupd -
networking.k8s.io/ingresses                                     glw     glw     glw     glw     -
discovery.k8s.io/endpointslices                                 glw     glw     glw     glw     -
coordination.k8s.io/leases                                      glw     glw     glw     glwd    -
events.k8s.io/events                                            glw     glw     glw     glw     -
gateway.networking.k8s.io/gatewayclasses                        gl      gl      gl      gl      -
gateway.networking.k8s.io/gateways                              glw     glw     glw     glwcupd -
gateway.networking.k8s.io/httproutes                            glw     glw     glwcupd glwcupd -
gateway.envoyproxy.io/envoyproxies                              glw     glw     glw     glw     -
gateway.envoyproxy.io/backendtrafficpolicies                    glw     glw     glwcupd glwcupd -
gateway.envoyproxy.io/clienttrafficpolicies                     glw     glw     glw     glwcupd -
gateway.envoyproxy.io/securitypolicies                          glw     glw     glw     glw     -
gateway.envoyproxy.io/envoypatchpolicies                        glw     glw     glw     glw     -
cert-manager.io/certificates                                    glw     glw     glw     glwpd   -
cert-manager.io/certificates/status                             -       up      up      up      -
cert-manager.io/certificaterequests                             glw     glw     glw     glwd    -
cert-manager.io/issuers                                         glw     glw     glw     glw     -
cert-manager.io/clusterissuers                                  gl      gl      gl      gl      -
acme.cert-manager.io/orders                                     glw     glw     glw     glw     -
acme.cert-manager.io/challenges                                 glw     glw     glw     glw     -
external-secrets.io/externalsecrets                             glw     glw     glw     glw     -
external-secrets.io/clustersecretstores                         gl      gl      gl      gl      -
aquasecurity.github.io/vulnerabilityreports                     glw     glw     glw     glw     -
monitoring.coreos.com/prometheusrules                           glw     glw     glw     glw     -
monitoring.coreos.com/servicemonitors                           glw     glw     glw     glw     -
monitoring.coreos.com/podmonitors                               glw     glw     glw     glw     -
monitoring.coreos.com/prometheuses                              glw     glw     glw     glw     -
monitoring.coreos.com/alertmanagers                             glw     glw     glw     glw     -
delivery.plumbline.dev/releases                                 glw     glwp    glwcupd glwcupd -
postgresql.cnpg.io/clusters                                     glw     glw     glwp    glwp    -
postgresql.cnpg.io/databases                                    glw     glw     glw     glw     -
postgresql.cnpg.io/poolers                                      glw     glw     glwp    glwp    -
postgresql.cnpg.io/backups                                      glw     glw     glwc    glwc    -
postgresql.cnpg.io/scheduledbackups                             glw     glw     glwp    glwp    -
kafka.strimzi.io/kafkas                                         glw     glw     glwp    glwp    -
kafka.strimzi.io/kafkanodepools                                 glw     glw     glwp    glwp    -
kafka.strimzi.io/kafkatopics                                    glw     glw     glw     glw     -
kafka.strimzi.io/kafkausers                                     glw     glw     glw     glw     -
rabbitmq.com/rabbitmqclusters                                   glw     glw     glwp    glwp    -
metrics.k8s.io/pods                                             gl      gl      gl      gl      -
metrics.k8s.io/nodes                                            gl      gl      gl      gl      -
storage.k8s.io/storageclasses                                   gl      gl      gl      gl      -
storage.k8s.io/volumeattachments                                -       -       -       glwd    -
scheduling.k8s.io/priorityclasses                               gl      gl      gl      gl      -
rbac.authorization.k8s.io/roles                                 glw     glw     glw     glw     -
rbac.authorization.k8s.io/rolebindings                          glw     glw     glw     glw     -
rbac.authorization.k8s.io/clusterroles                          -       -       -       glw     -
rbac.authorization.k8s.io/clusterrolebindings                   -       -       -       glw     -
apiextensions.k8s.io/customresourcedefinitions                  gl      gl      gl      gl      -
admissionregistration.k8s.io/validatingwebhookconfigurations    -       -       -       glw     -
admissionregistration.k8s.io/mutatingwebhookconfigurations      -       -       -       glw     -
admissionregistration.k8s.io/validatingadmissionpolicies        -       -       -       glw     -
admissionregistration.k8s.io/validatingadmissionpolicybindings  -       -       -       glw     -
`;

let cluster: TestCluster;
let inside: string;
let outside: string;

beforeAll(async () => {
  cluster = await testCluster();
  [inside, outside] = await Promise.all([cluster.namespace(), cluster.namespace()]);
  const { viewer, operator, admin, breakGlass } = GROUPS;
  const people = { viewer: [viewer], operator: [operator], admin: { [inside]: [admin] }, breakGlass: [breakGlass] };
  const made = await objectsOf(() => {
    const namespace = new Namespace(inside, { quota: { cpu: "1", memory: "1Gi", pods: 1 } });
    new Access("t-people", { namespaces: [namespace], ...people });
  });
  // The namespace is there already.
  const own = (made as KubeObject[]).filter(({ apiVersion }) => /^(rbac|admissionregistration)[.]/.test(apiVersion));
  for (const object of own) await cluster.api.create(object, "test", false);
});
afterAll(() => cluster?.close());

async function asked(who: Who, verb: string, group: string, kind: string, namespace: string): Promise<boolean> {
  const [resource = "", subresource] = kind.split("/");
  const at = CLUSTER_WIDE.has(kind) || (kind === "nodes" && group === "metrics.k8s.io") ? {} : { namespace };
  const resourceAttributes = { verb, group, resource, ...(subresource && { subresource }), ...at };
  const review = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    metadata: {},
    spec: { user: "eva", groups: [GROUPS[who], "system:authenticated"], resourceAttributes },
  };
  const answer = (await cluster.api.create(review, "test", false)) as unknown as { status: { allowed: boolean } };
  return answer.status.allowed;
}

const KNOWN = [KINDS, MIGHTY].flatMap((table) =>
  Object.entries(table).flatMap(([group, kinds]) =>
    (Array.isArray(kinds) ? kinds : Object.keys(kinds)).map((kind: string) => [group, kind] as const),
  ),
);

/** What the API server says of kinds, as {@link MATRIX} has it. */
async function matrixIn(namespace: string, kinds: typeof KNOWN): Promise<string> {
  const lines: string[] = [];
  for (const [group, kind] of kinds) {
    const columns = await Promise.all(
      WHO.map(async (who) => {
        const letters = Object.entries(VERBS).map(async ([verb, letter]) =>
          (await asked(who, verb, group, kind, namespace)) ? letter : "",
        );
        return (await Promise.all(letters)).join("") || "-";
      }),
    );
    if (columns.some((column) => column !== "-"))
      lines.push([`${group || "core"}/${kind}`.padEnd(64), ...columns.map((one) => one.padEnd(8))].join("").trimEnd());
  }
  return lines.join("\n");
}

test("the API server says of every role, verb and kind what the table says", async () => {
  expect(KNOWN.length * WHO.length * Object.keys(VERBS).length).toBeGreaterThan(5_000);
  expect(await matrixIn(inside, KNOWN)).toBe(MATRIX.trim());
});

test("in another namespace nobody may do anything but who breaks the glass, who may do the same there", async () => {
  const isNamespaced = (group: string, kind: string) => !CLUSTER_WIDE.has(kind) && group !== "metrics.k8s.io";
  const wanted = MATRIX.trim()
    .split("\n")
    .map((line) => line.split(/ +/))
    .filter(([name = ""]) => {
      const slash = name.indexOf("/");
      return isNamespaced(name.slice(0, slash), name.slice(slash + 1));
    })
    .map(([name = "", , , , glass = ""]) => `${name.padEnd(64)}-       -       -       ${glass.padEnd(8)}-`);
  const kinds = KNOWN.filter(([group, kind]) => isNamespaced(group, kind));
  expect((await matrixIn(outside, kinds)).split("\n")).toEqual(wanted);
});

describe("who is on call", () => {
  const name = "orders";
  const deployment = () => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: inside },
    spec: { replicas: 0, selector: { matchLabels: { app: name } }, template: template() },
  });
  const template = () => ({
    metadata: { labels: { app: name }, annotations: { kept: "as it is" } },
    spec: { containers: [{ name, image: "plumbline.dev/shop/orders:0.1.0" }] },
  });
  const release = () => ({
    apiVersion: "delivery.plumbline.dev/v1alpha1",
    kind: "Release",
    metadata: { name, namespace: inside },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "released" } },
      strategy: { blueGreen: { services: [name], bakeSeconds: 60 } },
      template: { ...template(), metadata: { labels: { app: "released" } } },
    },
  });

  beforeAll(async () => {
    for (const object of [deployment(), release()]) await cluster.api.create(object as never, "test", false);
    // A new policy is heeded within seconds.
    await eventually(() => as(["operator"], "patch", "deployment", name, "-p", NEW_IMAGE, "--dry-run=server"), refused);
  });

  const NEW_IMAGE = JSON.stringify({ spec: { template: { spec: { containers: [{ name, image: "else:1" }] } } } });
  const patch = (template: object) => JSON.stringify({ spec: { template } });
  const mounts = { spec: { volumes: [{ name: "all", secret: { secretName: "passwords" } }] } };
  const OWNER = { apiVersion: "v1", kind: "ConfigMap", name: "gone", uid: "0" };
  const refused = (said: string) => /denied request: an operator may restart and scale it/.test(said);

  test("restarts and scales", async () => {
    expect(await as(["operator"], "rollout", "restart", `deployment/${name}`)).toContain("restarted");
    expect(await as(["operator"], "patch", "deployment", name, "-p", '{"spec":{"replicas":1}}')).toContain("patched");
    expect(await as(["operator"], "rollout", "restart", `deployment/${name}`)).toMatch(/restarted|already/);
  });

  test.each([
    ["runs another image", NEW_IMAGE],
    ["mounts a Secret", patch(mounts)],
    ["acts as another account", patch({ spec: { serviceAccountName: "mightier" } })],
    ["bears a label that opens a network policy", patch({ metadata: { labels: { reaches: "all" } } })],
    ["bears an annotation that somebody heeds", patch({ metadata: { annotations: { inject: "true" } } })],
    ["never goes away", patch({ metadata: { finalizers: ["nobody.example.com/holds"] } })],
    [
      "is deleted with its Deployment, by an owner that there is not",
      JSON.stringify({ metadata: { ownerReferences: [OWNER] } }),
    ],
    ["bears one no more", patch({ metadata: { annotations: { kept: null } } })],
  ])("has it refused that a pod %s", async (_what, change) => {
    expect(await as(["operator"], "patch", "deployment", name, "-p", change)).toSatisfy(refused);
    if (!change.includes("kept"))
      expect(await as(["admin"], "patch", "deployment", name, "-p", change, "--dry-run=server")).toContain("patched");
  });

  test("makes no new one by the patch that would, and replaces none", async () => {
    const another = JSON.stringify({ ...deployment(), metadata: { name: "another", namespace: inside } });
    expect(await as(["operator"], "apply", "--server-side", "-f", "-", { input: another })).toMatch(
      /cannot (create|patch).+forbidden|forbidden/,
    );
    expect(await as(["operator"], "replace", "-f", "-", { input: JSON.stringify(deployment()) })).toContain(
      "forbidden",
    );
  });

  test("promotes a release, and gives it no other program", async () => {
    const words = ["annotate", "releases.delivery.plumbline.dev", name, "delivery.plumbline.dev/promote=abc"];
    expect(await as(["operator"], ...words)).toContain("annotated");
    const merge = ["patch", "releases.delivery.plumbline.dev", name, "--type=merge", "-p", NEW_IMAGE];
    expect(await as(["operator"], ...merge)).toSatisfy(refused);
  });

  test("and is an admin besides may do as an admin; who only looks, nothing", async () => {
    expect(await as(["operator", "admin"], "patch", "deployment", name, "-p", NEW_IMAGE)).toContain("patched");
    expect(await as(["viewer"], "rollout", "restart", `deployment/${name}`)).toContain("forbidden");
  });
});

const run = promisify(execFile);

/** What kubectl says to somebody of these groups, whether it did what was asked or not. */
async function as(who: readonly Who[], ...words: (string | { input: string })[]): Promise<string> {
  const last = words.at(-1);
  const input = typeof last === "object" ? last.input : undefined;
  const groups = who.map((one) => `--as-group=${GROUPS[one]}`);
  const flags = ["kubectl", `--kubeconfig=${cluster.kubeconfig}`, "-n", inside, "--as=eva", ...groups];
  const asked = words.filter((word) => typeof word === "string");
  const running = run(process.env.PLUMBLINE_TEST_CLUSTER ?? "", [...flags, ...asked]);
  running.child.stdin?.end(input);
  return running.then(
    ({ stdout }) => stdout,
    (error: { stderr: string }) => error.stderr,
  );
}
