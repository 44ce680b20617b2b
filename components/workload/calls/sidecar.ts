import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { selector } from "../../core/labels.ts";
import { admitScrapers, CLUSTER_DOMAIN, reach } from "../../core/network.ts";
import type { Resources } from "../../core/resources.ts";
import { RESTRICTED_CONTAINER } from "../../core/security-context.ts";
import { environmentPrefix } from "../../core/usage.ts";
import { image } from "../../images/catalogue.ts";
import { type Calls, completeCall, FIRST_PORT, TELEMETRY_PORT } from "./call.ts";
import type { Address } from "./directory.ts";
import { type Edge, envoyConfig, RUN } from "./envoy.ts";

const RESOURCES: Resources = { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "500m", memory: "128Mi" } };
const CONFIG = "/etc/envoy";
const FILE = "envoy.json";
const NAME = "calls";
/**
 * The annotation of the pods that holds the proxy's configuration, which mounts it. A pod and its proxy are of one version so, also
 * long after another was released: a config map would change under pods that were told of other ports.
 */
export const CALLS_ANNOTATION = "plumbline.dev/calls";

/** Name of the headless Service that names each ready pod of a service that is called. */
export const podsServiceName = (service: string) => `${service}-pods`;

/** What a pod has for its calls. */
export interface Sidecar {
  readonly environment: Readonly<Record<string, string>>;
  readonly container: types.input.core.v1.Container;
  readonly volumes: types.input.core.v1.Volume[];
}

/** The proxy beside a workload: it starts before the workload and ends after it, with tasks too. */
export function sidecarPlan(calls: Calls): Sidecar {
  const ready = { httpGet: { path: "/ready", port: NAME } };
  return {
    environment: Object.assign({}, ...ports(calls).map(([callee, port]) => address(callee, port))),
    container: {
      name: NAME,
      image: image("envoy"),
      restartPolicy: "Always",
      // One thread: limits of requests and connections are then the pod's, as are kept answers, and memory stays small.
      args: ["-c", `${CONFIG}/${FILE}`, "--disable-hot-restart", "--concurrency", "1", "-l", "warn"],
      ports: [{ name: NAME, containerPort: TELEMETRY_PORT }],
      resources: RESOURCES,
      securityContext: RESTRICTED_CONTAINER,
      startupProbe: { ...ready, periodSeconds: 1, failureThreshold: 60, timeoutSeconds: 2 },
      readinessProbe: { ...ready, periodSeconds: 5, failureThreshold: 2, timeoutSeconds: 2 },
      livenessProbe: { ...ready, periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 5 },
      volumeMounts: [
        { name: "calls-config", mountPath: CONFIG, readOnly: true },
        { name: "calls-run", mountPath: RUN },
      ],
    },
    volumes: [
      {
        name: "calls-config",
        downwardAPI: {
          items: [{ path: FILE, fieldRef: { fieldPath: `metadata.annotations['${CALLS_ANNOTATION}']` } }],
        },
      },
      { name: "calls-run", emptyDir: { sizeLimit: "1Mi" } },
    ],
  };
}

/** The proxy's configuration, as text. */
export function callsConfig(namespace: string, calls: Calls, callees: readonly Address[]): string {
  const portOf = new Map(callees.map(({ name, port }) => [name, port]));
  const edges = ports(calls).map(([callee, listen]): Edge => {
    const port = portOf.get(callee);
    const call = calls[callee];
    if (port === undefined || call === undefined)
      throw new Error(`${callee} is not among the services that are called`);
    return {
      callee,
      listen,
      host: `${callee}.${namespace}.svc:${port}`,
      // With a dot at its end the name is asked for as it is, not with each ending of the search list.
      pods: { name: `${podsServiceName(callee)}.${namespace}.svc.${CLUSTER_DOMAIN}.`, port },
      call: completeCall(call),
    };
  });
  return JSON.stringify(envoyConfig(edges));
}

/** A workload's network policy with the ways to those it calls, and to its proxy for what reads metrics. */
export function withCalls(
  { ingress, egress, ...spec }: pulumi.Unwrap<types.input.networking.v1.NetworkPolicySpec>,
  namespace: string,
  callees: readonly Address[],
): types.input.networking.v1.NetworkPolicySpec {
  const peers = callees.map(({ name, port }) => ({ namespace, podLabels: selector(name), port }));
  return {
    ...spec,
    ingress: [...(ingress ?? []), admitScrapers(TELEMETRY_PORT)],
    egress: [...(egress ?? []), ...reach(peers)],
  };
}

function address(callee: string, port: number): Record<string, string> {
  const prefix = environmentPrefix(callee);
  return {
    [`${prefix}_HOST`]: "127.0.0.1",
    [`${prefix}_PORT`]: String(port),
    [`${prefix}_URL`]: `http://127.0.0.1:${port}`,
  };
}

/** Each service that is called with its port on the loopback interface. */
function ports(calls: Calls): [callee: string, port: number][] {
  return Object.keys(calls)
    .sort()
    .map((callee, index) => [callee, FIRST_PORT + index]);
}
