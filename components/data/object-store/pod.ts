import type { types } from "@pulumi/kubernetes";
import { priorityClass } from "../../cluster/priorities.ts";
import { amount } from "../../core/quantity.ts";
import type { Resources } from "../../core/resources.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../core/security-context.ts";
import { certificateSecret } from "../../edge/certificate-plan.ts";
import { image } from "../../images/catalogue.ts";
import type { CompleteArgs } from "./args.ts";
import { names, PATHS } from "./config.ts";

type Container = Omit<types.input.core.v1.Container, "volumeMounts" | "env"> & {
  readonly volumeMounts?: readonly types.input.core.v1.VolumeMount[];
  readonly env?: readonly types.input.core.v1.EnvVar[];
};

/** Of the memory limit, before Go collects what it no longer needs. */
const HEAP_SHARE = 0.8;

/** What all pods of an object store have in common. */
export function podDefaults(name: string) {
  return {
    serviceAccountName: name,
    priorityClassName: priorityClass("store"),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: RESTRICTED_POD,
  };
}

/** A container of SeaweedFS, with the files that each of its commands reads. */
export function weed(
  { version }: CompleteArgs,
  resources: Resources,
  { volumeMounts = [], env = [], ...rest }: Container,
): types.input.core.v1.Container {
  return {
    image: image("seaweedfs", version),
    // Not by the image's own start script, which adds arguments of its own.
    command: ["weed"],
    env: [
      ...podEnvironment(),
      { name: "GOMEMLIMIT", value: String(Math.floor(amount(resources.limits.memory) * HEAP_SHARE)) },
      ...env,
    ],
    resources,
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [
      { name: "config", mountPath: PATHS.config, readOnly: true },
      { name: "tls", mountPath: PATHS.tls, readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
      ...volumeMounts,
    ],
    ...rest,
  };
}

/** The pod's own name and zone. The API server copies the zone from the node when the pod is bound (Kubernetes 1.35 and later). */
export function podEnvironment() {
  const from = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  return [from("POD", "metadata.name"), from("ZONE", "metadata.labels['topology.kubernetes.io/zone']")];
}

/** Volumes of {@link weed}. */
export function weedVolumes(name: string): types.input.core.v1.Volume[] {
  const { config, security, server } = names(name);
  return [
    {
      name: "config",
      projected: { defaultMode: 0o440, sources: [{ configMap: { name: config } }, { secret: { name: security } }] },
    },
    { name: "tls", secret: { secretName: certificateSecret(server), defaultMode: 0o440 } },
    { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
  ];
}
