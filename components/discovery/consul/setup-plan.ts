import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { priorityClass } from "../../cluster/priorities.ts";
import { labels } from "../../core/labels.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../core/security-context.ts";
import { placed } from "../../core/spread.ts";
import { certificateSecret } from "../../edge/certificate-plan.ts";
import { image } from "../../images/catalogue.ts";
import { policyFiles } from "./acl.ts";
import type { CompleteConsul } from "./args.ts";
import { host, names, PORTS } from "./config.ts";
import { SETUP_PATHS, SETUP_SH } from "./setup-script.ts";

const RESOURCES = { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "500m", memory: "64Mi" } };
/** Longer than the script waits for a leader, twice over. */
const DEADLINE_SECONDS = 900;

/** Files of the set-up's ConfigMap. */
export function setupFiles(name: string, args: CompleteConsul): Record<string, string> {
  return { "setup.sh": SETUP_SH, ...policyFiles(name, args) };
}

/** The Job that makes policies and tokens; its pod has no token of Kubernetes. */
export function setupPlan(
  name: string,
  jobName: pulumi.Input<string>,
  args: Pick<CompleteConsul, "namespace" | "version" | "zones">,
): types.input.batch.v1.Job {
  const namespace = args.namespace.name;
  const { setup, tokens, server } = names(name);
  const mount = (volume: string, mountPath: string) => ({ name: volume, mountPath, readOnly: true });
  return {
    metadata: { name: jobName, namespace, labels: labels(setup) },
    spec: {
      backoffLimit: 6,
      activeDeadlineSeconds: DEADLINE_SECONDS,
      template: {
        metadata: { labels: labels(setup) },
        spec: {
          ...placed(args.zones),
          serviceAccountName: setup,
          priorityClassName: priorityClass("store"),
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: RESTRICTED_POD,
          restartPolicy: "OnFailure",
          containers: [
            {
              name: "setup",
              image: image("consul", args.version),
              command: ["sh", `${SETUP_PATHS.files}/setup.sh`],
              env: [{ name: "URL", value: `https://${host(name, namespace)}:${PORTS.api}` }],
              resources: RESOURCES,
              securityContext: RESTRICTED_CONTAINER,
              volumeMounts: [
                mount("files", SETUP_PATHS.files),
                mount("tokens", SETUP_PATHS.tokens),
                mount("ca", SETUP_PATHS.ca),
                { name: "tmp", mountPath: "/tmp" },
              ],
            },
          ],
          volumes: [
            { name: "files", configMap: { name: setup } },
            { name: "tokens", secret: { secretName: tokens, defaultMode: 0o440 } },
            {
              name: "ca",
              secret: {
                secretName: certificateSecret(server),
                defaultMode: 0o440,
                items: [{ key: "ca.crt", path: "ca.crt" }],
              },
            },
            // What the API answers is put there, with tokens in it: never on a disk.
            { name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "4Mi" } },
          ],
        },
      },
    },
  };
}
