import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { priorityClass } from "../../cluster/priorities.ts";
import { labels, selector } from "../../core/labels.ts";
import { reach } from "../../core/network.ts";
import type { Resources } from "../../core/resources.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../core/security-context.ts";
import type { Destination } from "../../core/usage.ts";
import { image } from "../../images/catalogue.ts";
import { names, PATHS } from "./config.ts";

const RESOURCES: Resources = {
  requests: { cpu: "50m", memory: "128Mi" },
  limits: { cpu: "1", memory: "128Mi" },
};
const DEADLINE_SECONDS = 600;

/** Where the set-up reaches a RabbitMQ, and as whom. */
export interface SetupTarget {
  readonly namespace: string;
  /** RabbitMQ's version; its image has Erlang. */
  readonly version: string;
  /** The administration's API, without a path. */
  readonly url: pulumi.Input<string>;
  /** The Secret with the administrator's `username` and `password`. */
  readonly admin: string;
  /** A volume `tls` with `ca.crt`: who signed for the server. */
  readonly tls: types.input.core.v1.Volume;
}

/** Labels of the set-up's pod. Not with the store's own name: by that the operator's services find the nodes. */
export function setupSelector(name: string) {
  return selector(names(name).setup);
}

/** The set-up's Job, for nodes anywhere: makes the declared queues, users and rights. */
export function setupJobPlan(
  name: string,
  jobName: pulumi.Input<string>,
  { namespace, version, url, admin, tls }: SetupTarget,
): types.input.batch.v1.Job {
  const { setup, users } = names(name);
  const mount = (volume: keyof typeof PATHS) => ({ name: volume, mountPath: PATHS[volume], readOnly: true });
  return {
    metadata: { name: jobName, namespace, labels: labels(setup) },
    spec: {
      backoffLimit: 6,
      activeDeadlineSeconds: DEADLINE_SECONDS,
      template: {
        metadata: { labels: labels(setup) },
        spec: {
          serviceAccountName: setup,
          priorityClassName: priorityClass("store"),
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: RESTRICTED_POD,
          restartPolicy: "OnFailure",
          containers: [
            {
              name: "setup",
              image: image("rabbitmq", version),
              command: ["escript", `${PATHS.setup}/setup.escript`],
              env: [
                { name: "URL", value: url },
                { name: "HOME", value: "/tmp" },
              ],
              resources: RESOURCES,
              securityContext: RESTRICTED_CONTAINER,
              volumeMounts: [
                mount("setup"),
                mount("users"),
                mount("admin"),
                mount("tls"),
                { name: "tmp", mountPath: "/tmp" },
              ],
            },
          ],
          volumes: [
            { name: "setup", configMap: { name: setup } },
            secretVolume("users", users),
            secretVolume("admin", admin, "username", "password"),
            tls,
            { name: "tmp", emptyDir: { sizeLimit: "16Mi" } },
          ],
        },
      },
    },
  };
}

/** A volume of a Secret's keys; of all of them, if none is named. */
export function secretVolume(name: string, secretName: string, ...keys: string[]) {
  const items = keys.map((key) => ({ key, path: key }));
  return { name, secret: { secretName, defaultMode: 0o440, ...(items.length > 0 && { items }) } };
}

/** The set-up reaches the administration and nothing else; nobody comes in. */
export function setupNetworkPlan(
  name: string,
  administration: readonly Destination[],
): types.input.networking.v1.NetworkPolicySpec & { readonly egress: ReturnType<typeof reach> } {
  return {
    podSelector: { matchLabels: { ...setupSelector(name) } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [],
    egress: reach(administration),
  };
}
