import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dump } from "js-yaml";
import type { Checkout } from "./checkout.ts";

const NAMESPACE = "shop-edge";
const NAME = "customer";
const SCRIPTS = "customer-scripts";
/** A customer lives on when the node of PostgreSQL's primary is lost. */
const BESIDE_PRIMARY = {
  topologyKey: "kubernetes.io/hostname",
  namespaces: ["shop-data"],
  labelSelector: { matchLabels: { "cnpg.io/instanceRole": "primary" } },
};

/** What became of the requests of a load. */
export interface Load {
  readonly sent: number;
  /** How often, by what was wrong. */
  readonly failures: Readonly<Record<string, number>>;
  /** Milliseconds between the first and the last that failed. */
  readonly failedFor: number;
  /** How often each answer came. */
  readonly answers: Readonly<Record<string, number>>;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly slowest: number;
}

/**
 * A pod that stands where the gateway's would, with its labels, so that the services let it in. The rehearsal's gateway
 * carries no traffic: what the pod sends goes straight to the Services.
 */
export async function sendCustomer(checkout: Checkout): Promise<void> {
  const scripts = { "load.mjs": readFileSync(join(import.meta.dirname, "../real-pods/load.mjs"), "utf8") };
  const security = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, readOnlyRootFilesystem: true };
  const resources = { cpu: "1", memory: "256Mi" };
  await apply(checkout, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: SCRIPTS, namespace: NAMESPACE },
    data: scripts,
  });
  await apply(checkout, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: NAME,
      namespace: NAMESPACE,
      labels: { "gateway.networking.k8s.io/gateway-name": "gateway" },
      // The cluster's policies hold for a test, too.
      annotations: { "plumbline.dev/opt-out.probes": "it sends requests and answers none" },
    },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } },
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [BESIDE_PRIMARY] } },
      containers: [
        {
          name: NAME,
          image: "plumbline.dev/shop/orders:0.1.0",
          command: ["node", "-e", "setInterval(() => {}, 60_000)"],
          securityContext: security,
          resources: { requests: { cpu: "20m", memory: "128Mi" }, limits: resources },
          volumeMounts: [{ name: "scripts", mountPath: "/scripts", readOnly: true }],
        },
      ],
      volumes: [{ name: "scripts", configMap: { name: SCRIPTS } }],
    },
  });
  checkout.kubectl("-n", NAMESPACE, "wait", "--for=condition=Ready", `pod/${NAME}`, "--timeout=60s");
}

/** Sends one request and gives the answer's status and JSON. */
export async function ask(
  checkout: Checkout,
  method: "GET" | "POST" | "PUT",
  url: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly body: unknown }> {
  const options = {
    method,
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
  const script = `const r = await fetch(${JSON.stringify(url)}, ${JSON.stringify(options)});
    console.log(JSON.stringify({ status: r.status, body: await r.json() }))`;
  return JSON.parse(await inPod(checkout, ["node", "--input-type=module", "-e", script]));
}

/** Sends GET requests at a steady rate while `meanwhile` runs, for `seconds`. */
export async function load(
  checkout: Checkout,
  { url, rate, seconds }: { readonly url: string; readonly rate: number; readonly seconds: number },
  meanwhile: () => Promise<unknown>,
): Promise<Load> {
  const command = ["node", "/scripts/load.mjs", url, String(rate), String(seconds)];
  const [said] = await Promise.all([inPod(checkout, command), meanwhile()]);
  return JSON.parse(said.trim().split("\n").at(-1) ?? "");
}

function inPod(checkout: Checkout, command: readonly string[]): Promise<string> {
  return checkout.ask(["-n", NAMESPACE, "exec", NAME, "--", ...command]);
}

async function apply(checkout: Checkout, manifest: object): Promise<void> {
  await checkout.ask(["apply", "-f", "-"], dump(manifest));
}
