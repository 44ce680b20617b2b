import type { types } from "@pulumi/kubernetes";
import { checksum } from "../../core/checksum.ts";
import { labels, selector } from "../../core/labels.ts";
import { optOut, optOutAnnotations } from "../../core/opt-out.ts";
import { spread } from "../../core/spread.ts";
import { dataLabels, declaredAnnotations, endsByItself } from "../declared.ts";
import { type CompleteArgs, OBJECTS_END } from "./args.ts";
import { configFiles, METRICS_PORTS, names, PATHS, PORTS, volumeArguments } from "./config.ts";
import { podDefaults, weed, weedVolumes } from "./pod.ts";
import { claim, open } from "./server-plan.ts";

export const VOLUME = "volume";
const GRACE_SECONDS = 60;
const ENDS_BY_ITSELF = optOut("a volume server says so 10 s before it ends, and nobody is led to it any more");

/** Servers that hold the objects, each with a disk of its own. */
export function volumesPlan(name: string, args: CompleteArgs): types.input.apps.v1.StatefulSet {
  const { replicas, zones, replication, backup, resources, storage } = args;
  const { volume } = names(name);
  const matchLabels = selector(name, VOLUME);
  const annotations = {
    ...declaredAnnotations(args, { replication, backup }),
    ...endsByItself(args, OBJECTS_END),
    ...optOutAnnotations({ shutdown: ENDS_BY_ITSELF }),
  };
  return {
    metadata: {
      name: volume,
      namespace: args.namespace.name,
      labels: { ...labels(name, VOLUME), ...dataLabels(args) },
      annotations,
    },
    spec: {
      serviceName: volume,
      replicas,
      podManagementPolicy: "Parallel",
      selector: { matchLabels },
      template: {
        metadata: {
          labels: labels(name, VOLUME),
          annotations: { ...annotations, "plumbline.dev/config-checksum": checksum(configFiles()) },
        },
        spec: {
          ...podDefaults(name),
          terminationGracePeriodSeconds: GRACE_SECONDS,
          ...spread({ matchLabels, zones, sharedHosts: "never" }),
          containers: [
            weed(args, resources, {
              name: VOLUME,
              args: volumeArguments(name, args),
              ports: [
                { name: "volume", containerPort: PORTS.volume },
                { name: "volume-servers", containerPort: PORTS.volumeServers },
                { name: "metrics-volume", containerPort: METRICS_PORTS.volume },
              ],
              volumeMounts: [{ name: "data", mountPath: PATHS.data }],
              ...open("volume"),
            }),
          ],
          volumes: weedVolumes(name),
        },
      },
      volumeClaimTemplates: [claim(storage, args)],
    },
  };
}
