import type { types } from "@pulumi/kubernetes";
import { CLUSTER_DOMAIN } from "../core/network.ts";
import { RESTRICTED_CONTAINER } from "../core/security-context.ts";

/** A folder that the pod's containers share, and the file in it. */
const FOLDER = "/run/hosts";
const FILE = "hosts";
const VOLUME = "hosts";
/** How long it takes at most to see a new address; answers of the cluster's DNS are as old at times. */
const EVERY_SECONDS = 5;
/** Made whenever all names were asked for, and taken away by the probe: it tells no time, and clocks can jump. */
const ASKED = `${FOLDER}/asked-for`;
/** Longer than it takes to ask for all names while DNS is silent. */
const PROBED_EVERY_SECONDS = 60;
const RESOURCES = { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "100m", memory: "32Mi" } };

/**
 * Writes the addresses of `SERVERS` down: the file is /etc/hosts of servers that ask for names in the very loop that does all their work,
 * and so wait for no DNS. A name that DNS does not tell keeps its last address: its server is gone, and asking again would not bring it
 * back. The file is mounted by itself, so it is written in place.
 */
export const HOSTS_SH = `#!/bin/sh
trap 'exit 0' TERM
file=${FOLDER}/${FILE}
known=
while :; do
  now="$(
    echo "127.0.0.1 localhost"
    echo "::1 localhost"
    for server in $SERVERS; do
      address="$(timeout 5 getent ahosts "$server.${CLUSTER_DOMAIN}." | head -n 1 | cut -d ' ' -f 1)"
      if [ -n "$address" ]; then echo "$address $server"; else grep -s " $server$" $file; fi
    done
  )"
  [ "$now" = "$known" ] || echo "$now" > $file
  known="$now"
  touch ${ASKED}
  sleep ${EVERY_SECONDS} &
  wait $!
done
`;

/** Memory, so that a full disk does not leave an empty file behind. */
export const HOSTS_VOLUME: types.input.core.v1.Volume = {
  name: VOLUME,
  emptyDir: { medium: "Memory", sizeLimit: "1Mi" },
};

/** Kubernetes leaves /etc/hosts alone where a container mounts its own. */
export const HOSTS_MOUNT: types.input.core.v1.VolumeMount = {
  name: VOLUME,
  mountPath: "/etc/hosts",
  subPath: FILE,
  readOnly: true,
};

/**
 * Runs {@link HOSTS_SH}, in `script`, beside the others for as long as they do. They start when there is a file: mounting
 * what is not there would make a folder of it.
 */
export function hostsContainer(
  container: Pick<types.input.core.v1.Container, "image" | "env"> & {
    readonly script: string;
    readonly volumeMounts: readonly types.input.core.v1.VolumeMount[];
  },
): types.input.core.v1.Container {
  const { script, volumeMounts, ...rest } = container;
  return {
    name: "hosts",
    restartPolicy: "Always",
    command: ["sh", script],
    ...rest,
    resources: RESOURCES,
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [...volumeMounts, { name: VOLUME, mountPath: FOLDER }],
    startupProbe: {
      exec: { command: ["test", "-s", `${FOLDER}/${FILE}`] },
      periodSeconds: 1,
      failureThreshold: 120,
      timeoutSeconds: 2,
    },
    livenessProbe: {
      exec: { command: ["rm", ASKED] },
      periodSeconds: PROBED_EVERY_SECONDS,
      failureThreshold: 2,
      timeoutSeconds: 5,
    },
  };
}
