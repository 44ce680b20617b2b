import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Priority, priorityClass } from "../cluster/priorities.ts";
import { isOptOut, type OptOut } from "../core/opt-out.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../core/security-context.ts";
import { profilesEnvironment } from "./profiles.ts";
import type { RelationsPlan, RelationVolume } from "./relations.ts";
import { completeProbe, type Probe, type Probes } from "./replicas-args.ts";
import { runtimeEnvironment } from "./runtime.ts";
import type { ShutdownPlan } from "./shutdown.ts";
import { telemetryEnvironment } from "./telemetry.ts";
import type { CompleteWorkload } from "./workload-args.ts";

/** What makes the pod of one program differ from another's, besides what the program is given. */
export interface PodParts {
  /** What its component tells it. What the program is given by its team, and by its relations, is added. */
  readonly environment: Readonly<Record<string, string>>;
  readonly shutdown: ShutdownPlan;
  /** Who goes first when nodes run short. */
  readonly priority: Priority;
  /** What only some containers have. */
  readonly container?: Pick<types.input.core.v1.Container, "ports" | "lifecycle"> & ProbePlan;
}

type ProbePlan = Pick<types.input.core.v1.Container, "startupProbe" | "readinessProbe" | "livenessProbe">;

/** A program may take two minutes to start: 60 tries, one every two seconds. */
const STARTUP = { periodSeconds: 2, failureThreshold: 60, timeoutSeconds: 2 };
/** Out of the rotation after two failures, 10 s; the timeout is below the period. */
const READINESS = { periodSeconds: 5, failureThreshold: 2, timeoutSeconds: 2 };
/** A restart only after a minute without an answer: it drops what is under way. */
const LIVENESS = { periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 5 };
const TMP_SIZE = "64Mi";
/** Readable by the pod's group, writable by nobody. */
const FILE_MODE = 0o440;

/** The pod of a workload: restricted, with credentials as files. Where it goes is for its maker to add. */
export function podPlan(
  name: string,
  args: Pick<
    CompleteWorkload,
    "namespace" | "image" | "args" | "resources" | "runtime" | "environment" | "rights" | "telemetry" | "profiles"
  >,
  { environment, volumes, calls }: Pick<RelationsPlan, "environment" | "volumes" | "calls">,
  parts: PodParts,
): types.input.core.v1.PodSpec & { containers: object[] } {
  const { image, resources, runtime, rights } = args;
  const variables: Readonly<Record<string, pulumi.Input<string>>> = {
    ...parts.environment,
    ...parts.shutdown.environment,
    ...runtimeEnvironment(runtime, resources),
    ...profilesEnvironment(name, args),
    ...args.environment,
    ...environment,
    ...calls?.environment,
  };
  return {
    serviceAccountName: name,
    priorityClassName: priorityClass(parts.priority),
    automountServiceAccountToken: rights !== undefined,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: parts.shutdown.graceSeconds,
    securityContext: RESTRICTED_POD,
    ...(calls && { initContainers: [calls.container] }),
    containers: [
      {
        name,
        image,
        ...(args.args && { args: [...args.args] }),
        env: [
          ...Object.entries(variables).map(([variable, value]) => ({ name: variable, value })),
          ...telemetryEnvironment(name, args),
        ],
        resources,
        securityContext: RESTRICTED_CONTAINER,
        volumeMounts: [
          { name: "tmp", mountPath: "/tmp" },
          ...volumes.map(({ name: volume, mountPath }) => ({ name: volume, mountPath, readOnly: true })),
        ],
        ...parts.container,
      },
    ],
    volumes: [
      { name: "tmp", emptyDir: { sizeLimit: TMP_SIZE } },
      ...volumes.map(relationVolume),
      ...(calls?.volumes ?? []),
    ],
  };
}

/** How a program is asked for its health; not at all where that is stepped down from. */
export function probePlan(probes: Probes | OptOut): ProbePlan {
  if (isOptOut(probes)) return {};
  const get = (probe: Probe) => ({ httpGet: completeProbe(probe) });
  return {
    startupProbe: { ...get(probes.startup), ...STARTUP },
    readinessProbe: { ...get(probes.readiness), ...READINESS },
    livenessProbe: { ...get(probes.liveness), ...LIVENESS },
  };
}

function relationVolume({ name, sources }: RelationVolume) {
  return {
    name,
    projected: {
      defaultMode: FILE_MODE,
      sources: sources.map(({ keys, ...from }) => {
        const items = keys && { items: keys.map((key) => ({ key, path: key })) };
        return "secret" in from
          ? { secret: { name: from.secret, ...items } }
          : { configMap: { name: from.configMap, ...items, optional: false } };
      }),
    },
  };
}
