import type { types } from "@pulumi/kubernetes";
import { priorityClass } from "../../cluster/priorities.ts";
import type { Resources } from "../../core/resources.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../core/security-context.ts";
import { image } from "../../images/catalogue.ts";
import { runtimeEnvironment } from "../../workload/runtime.ts";
import { HEALTH_PORT, METRICS_PORT } from "./config.ts";

/** The collector with all that its contributors add. */
export const COLLECTOR_IMAGE = image("otelCollector");

/** The file of the ConfigMap that holds its configuration. */
export const CONFIG_FILE = "config.json";
const CONFIG_FOLDER = "/etc/collector";
/** A pod that ends is asked nothing more after so long, and then passes on what it holds. */
const DRAIN_SECONDS = 5;
const GRACE_SECONDS = 60;

/** What makes one of these programs differ from another. */
export interface CollectorPod {
  /** Of its service account. */
  readonly account: string;
  /** Of the ConfigMap with its configuration. */
  readonly config: string;
  readonly container: string;
  readonly image: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly resources: Resources;
  /** Path at which it says how it is. */
  readonly health: string;
  readonly mounts?: readonly types.input.core.v1.VolumeMount[];
  readonly volumes?: readonly types.input.core.v1.Volume[];
  readonly environment?: readonly types.input.core.v1.EnvVar[];
}

/** The pod of a collector, restricted; where it goes is for its maker to add. It needs no right in the cluster, and has no token. */
export function collectorPod(of: CollectorPod) {
  const { account, config, container, image, ports, resources, health, mounts = [], volumes = [] } = of;
  const http = { httpGet: { path: health, port: "health" } };
  const named = { ...ports, health: HEALTH_PORT, metrics: METRICS_PORT };
  return {
    serviceAccountName: account,
    priorityClassName: priorityClass("worker"),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: GRACE_SECONDS,
    securityContext: RESTRICTED_POD,
    containers: [
      {
        name: container,
        image,
        args: [`--config=file:${CONFIG_FOLDER}/${CONFIG_FILE}`],
        env: [
          ...Object.entries(runtimeEnvironment("go", resources)).map(([name, value]) => ({ name, value })),
          ...(of.environment ?? []),
        ],
        ports: Object.entries(named).map(([name, containerPort]) => ({ name, containerPort })),
        resources,
        securityContext: RESTRICTED_CONTAINER,
        lifecycle: { preStop: { sleep: { seconds: DRAIN_SECONDS } } },
        startupProbe: { ...http, periodSeconds: 2, failureThreshold: 60, timeoutSeconds: 2 },
        readinessProbe: { ...http, periodSeconds: 5, failureThreshold: 2, timeoutSeconds: 2 },
        livenessProbe: { ...http, periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 5 },
        volumeMounts: [{ name: "config", mountPath: CONFIG_FOLDER, readOnly: true }, ...mounts],
      },
    ],
    volumes: [{ name: "config", configMap: { name: config } }, ...volumes],
  } satisfies types.input.core.v1.PodSpec;
}
