import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { priorityClass } from "../../cluster/priorities.ts";
import { labels, selector } from "../../core/labels.ts";
import { reach } from "../../core/network.ts";
import type { Resources } from "../../core/resources.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../core/security-context.ts";
import { image } from "../../images/catalogue.ts";
import { type AwsPlace, endpointAddresses, storeAddresses } from "../aws/place.ts";
import { POD_IDENTITY_AGENT } from "../aws/pod-identity-plan.ts";
import { environment } from "../environment.ts";
import { PORT } from "./plan.ts";
import { CONNECTION, PATHS } from "./setup-files.ts";

export const SETUP = "setup";
/** Has psql. Any version speaks to any server. */
const PSQL_IMAGE = image("postgresql");
/** Reads one secret. */
const AWS_IMAGE = image("awsCli");
const RESOURCES: Resources = { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "500m", memory: "256Mi" } };
const DEADLINE_SECONDS = 600;

/** Names of what the setup consists of. */
export function setupNames(name: string) {
  return { setup: `${name}-${SETUP}`, logins: `${name}-logins` };
}

/** What the setup needs to know that only AWS can tell. */
export interface SetupTarget {
  readonly host: pulumi.Input<string>;
  /** ARN of the secret with the master's password. */
  readonly secret: pulumi.Input<string>;
}

/** Makes databases, roles and rights. A job cannot change: another name for it runs it again. */
export function setupPlan(
  name: string,
  namespace: string,
  region: string,
  jobName: pulumi.Input<string>,
  { host, secret }: SetupTarget,
): types.input.batch.v1.Job {
  const { setup, logins } = setupNames(name);
  const config = { name: "config", mountPath: PATHS.config, readOnly: true };
  const run = { name: "run", mountPath: PATHS.run };
  const temporary = { name: "tmp", mountPath: "/tmp" };
  const common = { resources: RESOURCES, securityContext: RESTRICTED_CONTAINER };
  return {
    metadata: { name: jobName, namespace, labels: labels(name, SETUP) },
    spec: {
      backoffLimit: 6,
      activeDeadlineSeconds: DEADLINE_SECONDS,
      template: {
        metadata: { labels: labels(name, SETUP) },
        spec: {
          serviceAccountName: setup,
          priorityClassName: priorityClass("store"),
          // The token by which the pod has rights in AWS is another, which EKS mounts.
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: RESTRICTED_POD,
          restartPolicy: "OnFailure",
          initContainers: [
            {
              ...common,
              name: "fetch",
              image: AWS_IMAGE,
              command: ["sh", `${PATHS.config}/fetch.sh`],
              env: environment({ AWS_REGION: region, HOME: "/tmp", MASTER_ARN: secret }),
              volumeMounts: [config, run, temporary],
            },
          ],
          containers: [
            {
              ...common,
              name: SETUP,
              image: PSQL_IMAGE,
              command: ["bash", `${PATHS.config}/setup.sh`],
              env: environment({ ...CONNECTION, PGHOST: host, PGPORT: String(PORT) }),
              volumeMounts: [config, run, temporary, { name: "logins", mountPath: PATHS.logins, readOnly: true }],
            },
          ],
          volumes: [
            { name: "config", configMap: { name: setup } },
            { name: "logins", secret: { secretName: logins, defaultMode: 0o440 } },
            { name: "run", emptyDir: { medium: "Memory", sizeLimit: "4Mi" } },
            { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
          ],
        },
      },
    },
  };
}

/** The setup's account: it has no rights in the cluster. */
export function setupAccountPlan(name: string, namespace: string): types.input.core.v1.ServiceAccount {
  const metadata = { name: setupNames(name).setup, namespace, labels: labels(name, SETUP) };
  return { metadata, automountServiceAccountToken: false };
}

/** It sends to the database, to Secrets Manager, and to the agent that gives it its rights. */
export function setupNetworkPlan(name: string, place: AwsPlace): types.input.networking.v1.NetworkPolicySpec {
  return {
    podSelector: { matchLabels: selector(name, SETUP) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [],
    egress: reach([...storeAddresses(place, PORT), ...endpointAddresses(place), POD_IDENTITY_AGENT]),
  };
}
