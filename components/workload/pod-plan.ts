import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Duration, seconds } from "../core/duration.ts";
import type { Selector } from "../core/labels.ts";
import { isOptOut, type OptOut } from "../core/opt-out.ts";
import type { Resources } from "../core/resources.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../core/security-context.ts";
import { spread } from "../core/spread.ts";
import type { Probes, Shutdown } from "./microservice-args.ts";
import type { RelationVolume } from "./relations.ts";

export interface PodPlanArgs {
  readonly name: string;
  readonly image: string;
  readonly zones: readonly string[];
  readonly matchLabels: Selector;
  readonly ports: Readonly<Record<string, number>>;
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  readonly volumes: readonly RelationVolume[];
  readonly resources: Resources;
  readonly probes: Probes | OptOut;
  readonly shutdown: Shutdown;
}

/** Seconds between the last request's time limit and the kill, to close connections and write the last logs. */
const CLOSING_SECONDS = 5;
/** A service may take two minutes to start: 60 tries, one every two seconds. */
const STARTUP = { periodSeconds: 2, failureThreshold: 60, timeoutSeconds: 2 };
/** Out of the rotation after two failures, 10 s; the timeout is below the period. */
const READINESS = { periodSeconds: 5, failureThreshold: 2, timeoutSeconds: 2 };
/** A restart only after a minute without an answer: it drops what is under way. */
const LIVENESS = { periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 5 };
const TMP_SIZE = "64Mi";
/** Readable by the pod's group, writable by nobody. */
const CREDENTIAL_MODE = 0o440;

/** The pod of a service: spread, restricted, probed, drained before it ends, with credentials as files. */
export function podPlan(args: PodPlanArgs): types.input.core.v1.PodSpec {
  const { name, image, zones, matchLabels, ports, environment, volumes, resources, probes, shutdown } = args;
  return {
    serviceAccountName: name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: graceSeconds(shutdown),
    securityContext: RESTRICTED_POD,
    ...spread({ matchLabels, zones, sharedHosts: "prefer-not", rolls: true }),
    containers: [
      {
        name,
        image,
        ports: Object.entries(ports).map(([port, containerPort]) => ({ name: port, containerPort })),
        env: Object.entries(environment).map(([variable, value]) => ({ name: variable, value })),
        resources,
        securityContext: RESTRICTED_CONTAINER,
        lifecycle: { preStop: { sleep: { seconds: seconds(shutdown.drain) } } },
        volumeMounts: [
          { name: "tmp", mountPath: "/tmp" },
          ...volumes.map(({ name: volume, mountPath }) => ({ name: volume, mountPath, readOnly: true })),
        ],
        ...(isOptOut(probes) ? {} : probePlan(probes)),
      },
    ],
    volumes: [{ name: "tmp", emptyDir: { sizeLimit: TMP_SIZE } }, ...volumes.map(credentialVolume)],
  };
}

/** From the announcement of the end to the kill: the drain, the longest request, and the closing. */
function graceSeconds({ drain, longestRequest }: Shutdown): number {
  return seconds(drain) + seconds(longestRequest) + CLOSING_SECONDS;
}

/** What the process is told of its own end. The drain is done before it hears of it. */
export function shutdownEnvironment({ longestRequest }: { longestRequest: Duration }): Record<string, string> {
  return { DRAIN_SECONDS: "0", SHUTDOWN_SECONDS: String(seconds(longestRequest)) };
}

function probePlan({ startup, readiness, liveness }: Probes) {
  const get = (path: string) => ({ httpGet: { path, port: "admin" } });
  return {
    startupProbe: { ...get(startup), ...STARTUP },
    readinessProbe: { ...get(readiness), ...READINESS },
    livenessProbe: { ...get(liveness), ...LIVENESS },
  };
}

function credentialVolume({ name, sources }: RelationVolume) {
  return {
    name,
    projected: {
      defaultMode: CREDENTIAL_MODE,
      sources: sources.map(({ secret, keys }) => ({
        secret: { name: secret, items: keys.map((key) => ({ key, path: key })) },
      })),
    },
  };
}
