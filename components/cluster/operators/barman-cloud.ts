import { tolerations } from "../../core/spread.ts";
import { imageTag } from "../../images/catalogue.ts";
import { CLOUDNATIVE_PG } from "./cloudnative-pg.ts";
import { API_SERVER_PORTS, type Operator } from "./operator.ts";

const VERSION = imageTag("barmanCloudSidecar");

/**
 * CloudNativePG does nothing for a Cluster whose plugin does not answer, not even a failover; and only one pod of the plugin answers.
 * So it leaves a lost node after 5 s, not Kubernetes' 300.
 */
const LEAVES_A_LOST_NODE = tolerations(5);

/**
 * Backs PostgreSQL up to an object store and restores it: a plugin of CloudNativePG, which calls it by mutual TLS and runs it
 * beside every instance. CloudNativePG 1.26 and later take it; their own way of backups is gone in 1.31.
 */
export const BARMAN_CLOUD = {
  name: "plugin-barman-cloud",
  title: "Barman Cloud plugin",
  version: VERSION,
  // CloudNativePG finds its plugins by the Services of its own namespace.
  namespace: CLOUDNATIVE_PG.namespace,
  chart: {
    chart: "plugin-barman-cloud",
    repository: "https://cloudnative-pg.github.io/charts",
    version: "0.7.1",
    values: {
      crds: { create: true },
      image: { tag: VERSION },
      sidecarImage: { tag: VERSION },
      tolerations: LEAVES_A_LOST_NODE,
    },
  },
  crds: { module: `github.com/cloudnative-pg/plugin-barman-cloud@${VERSION}`, folder: "config/crd/bases" },
  groups: ["barmancloud.cnpg.io"],
  rights: "reads Secrets in every namespace, and lets the instances of a Cluster read those that its ObjectStore names",
  // CloudNativePG, which calls it, lives in the same namespace.
  openPorts: { ingress: [9090], egress: [9090, ...API_SERVER_PORTS] },
} as const satisfies Operator;
