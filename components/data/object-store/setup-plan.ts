import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { labels } from "../../core/labels.ts";
import type { Resources } from "../../core/resources.ts";
import type { CompleteArgs } from "./args.ts";
import { masters, names, PATHS } from "./config.ts";
import { podDefaults, weed, weedVolumes } from "./pod.ts";

export const SETUP = "setup";
const RESOURCES: Resources = { requests: { cpu: "50m", memory: "256Mi" }, limits: { cpu: "500m", memory: "256Mi" } };
const DEADLINE_SECONDS = 600;

/** Makes the declared buckets. A job cannot change: another name for it runs it again. */
export function setupPlan(name: string, args: CompleteArgs, jobName: pulumi.Input<string>): types.input.batch.v1.Job {
  const buckets = Object.keys(args.buckets).sort();
  return {
    metadata: { name: jobName, namespace: args.namespace.name, labels: labels(name, SETUP) },
    spec: {
      backoffLimit: 6,
      activeDeadlineSeconds: DEADLINE_SECONDS,
      template: {
        metadata: { labels: labels(name, SETUP) },
        spec: {
          ...podDefaults(name),
          restartPolicy: "OnFailure",
          containers: [
            weed(args, RESOURCES, {
              name: SETUP,
              command: ["sh", `${PATHS.scripts}/setup.sh`],
              env: [
                { name: "MASTERS", value: masters(name, args) },
                { name: "BUCKETS", value: buckets.join(" ") },
              ],
              volumeMounts: [{ name: "scripts", mountPath: PATHS.scripts, readOnly: true }],
            }),
          ],
          volumes: [...weedVolumes(name), { name: "scripts", configMap: { name: `${names(name).config}-scripts` } }],
        },
      },
    },
  };
}
