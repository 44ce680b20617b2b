import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import { ENVOY_GATEWAY } from "../components/cluster/operators/index.ts";
import { optOut } from "../components/core/opt-out.ts";
import { authenticationPlan, hygienePlan, openPlan } from "../components/edge/authentication-plan.ts";
import { clientPolicyPlan, gatewayPolicyPlan } from "../components/edge/client-policy.ts";
import { completeProxies } from "../components/edge/gateway-args.ts";
import { limitPatchPlan } from "../components/edge/limit-patch.ts";
import { proxiesPlan } from "../components/edge/proxies-plan.ts";
import { extensionPolicyPlan } from "../components/edge/request-validation-plan.ts";
import { responseHeaders } from "../components/edge/response-headers.ts";
import { routesPlan } from "../components/edge/route-plan.ts";

const run = promisify(execFile);
const MODULE = `github.com/envoyproxy/gateway@v${ENVOY_GATEWAY.version}`;
const CRDS = [
  "backendtrafficpolicies",
  "envoyproxies",
  "clienttrafficpolicies",
  "envoyextensionpolicies",
  "envoypatchpolicies",
  "securitypolicies",
].map((kind) => `charts/gateway-helm/crds/generated/gateway.envoyproxy.io_${kind}.yaml`);

test("the API server accepts each policy and the proxies, by the CRDs of the Envoy Gateway that is installed", async () => {
  const dir = mkdtempSync(join(tmpdir(), "plumbline-policy-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const kubectl = (...words: string[]) =>
    run("kubectl", ["--kubeconfig", process.env.PLUMBLINE_TEST_KUBECONFIG ?? "", ...words]);
  writeFileSync(join(dir, "go.mod"), "module policy\n");
  const { stdout } = await run("go", ["mod", "download", "-json", MODULE], { cwd: dir });
  const crds = CRDS.flatMap((crd) => ["-f", join(JSON.parse(stdout).Dir, crd)]);
  await kubectl("apply", "--server-side", ...crds);
  onTestFinished(async () => void (await kubectl("delete", ...crds)));
  // kubectl fails where a definition is so new that it has no conditions yet.
  const established = () => kubectl("wait", "--for=condition=Established", ...crds, "--timeout=30s");
  await vi.waitFor(established, { timeout: 30_000, interval: 250 });

  const gateway = { name: "edge", namespace: "edge", host: "shop.example.com", responseHeaders: responseHeaders() };
  const to = { name: "orders", namespace: "default", gateway, path: "/", service: { name: "orders", port: 8080 } };
  const breaker = { consecutive5xx: 3, ejection: "1h" } as const;
  const perKey = { header: "x-api-key", limit: "1000/1h" } as const;
  const perClaim = { claim: "sub", limit: "1000000000/1d" } as const;
  const rateLimit = { perClient: "100/1m", perKey, perClaim, inAll: "1/1s" } as const;
  const plans = [
    routesPlan(to, { timeout: "1s", rateLimit }, "envoy", true),
    routesPlan(to, { timeout: "1s", rateLimit, retries: 1 }, "envoy", false),
    routesPlan(to, { timeout: "99s", retries: 5, breaker, maxInFlight: 100_000 }, "envoy"),
    routesPlan(to, { timeout: "1500ms", maxInFlight: 1 }, "envoy"),
  ];
  const apply = async (objects: readonly (object | undefined)[]) => {
    const items = objects.flatMap((it) => it ?? []);
    writeFileSync(join(dir, "objects.json"), JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    return (await kubectl("apply", "--dry-run=server", "--validate=strict", "-f", join(dir, "objects.json"))).stdout;
  };
  for (const plan of plans)
    for (const { route, policy } of plan)
      expect(await apply([route, policy])).toMatch(/httproute.* created .*\n.*backendtrafficpolicy.* created/);
  const args = completeProxies({ loadBalancer: "aws" });
  const proxies = proxiesPlan("edge", "default", { ...args, zones: ["a"], podLabels: { app: "edge" } });
  const all = [proxies, clientPolicyPlan("edge", "default", args), gatewayPolicyPlan("edge", "default", args)];
  const made = /envoyproxy.* created .*\n.*clienttrafficpolicy.* created .*\n.*backendtrafficpolicy.* created/;
  expect(await apply(all)).toMatch(made);
  const wrong = { ...proxies, spec: { ...proxies.spec, accessLog: {} } };
  await expect(apply([wrong])).rejects.toThrow(/unknown field .*accessLog/);
  const identity = {
    issuer: "https://login.example.com/shop",
    audiences: ["shop"],
    jwks: "https://login.example.com/keys",
    claims: ["sub", "realm_access.role"],
    login: { clientId: "shop", clientSecret: "login" },
  };
  const people = { name: "people", gateway: { ...gateway, namespace: "default", url: "https://shop.example.com" } };
  for (const policy of [
    authenticationPlan(people, identity),
    hygienePlan(people, identity, clientPolicyPlan("edge", "default", args).spec),
    openPlan("orders", "default", optOut("the public catalogue")),
    limitPatchPlan("edge", "default", "100/1s"),
    extensionPolicyPlan("orders", "default", { name: "validation", port: 8080 }),
  ]) {
    expect(await apply([policy])).toMatch(/ created/);
    const slip = { ...policy, spec: { ...policy.spec, target: {} } };
    await expect(apply([slip])).rejects.toThrow(/unknown field .*target/);
  }
  const [{ policy } = {}] = plans[0] ?? [];
  const typo = { ...policy, spec: { ...policy?.spec, circuitBreakers: {} } };
  await expect(apply([typo])).rejects.toThrow(/unknown field .*circuitBreakers/);
});
