import type * as pulumi from "@pulumi/pulumi";

/** A Kubernetes Secret by name and key: where a credential is, never what it is. */
export interface SecretRef {
  readonly namespace: pulumi.Input<string>;
  readonly name: pulumi.Input<string>;
  /** Keys of the Secret; each becomes a file of that name. */
  readonly keys: readonly string[];
}

/** The pods behind one port, as network policies name them. */
export interface Peer {
  readonly namespace: string;
  readonly podLabels: Readonly<Record<string, string>>;
  readonly port: number;
}

/** The workload that declares the relation, as the used side needs to know it. */
export interface Consumer {
  /** The workload's name: also the name of its own role, user or account in what it uses. */
  readonly name: string;
  readonly namespace: string;
  readonly podLabels: Readonly<Record<string, string>>;
  /** The most replicas that may run at once: connection budgets are cut from it. */
  readonly maxReplicas: number;
  /** Parent of the resources that the used side makes for this consumer. */
  readonly parent: pulumi.Resource;
}

/** What a consumer gets from one relation. */
export interface Grant {
  /** Plain environment, without any secret: hosts, ports, database names, paths of credential files. */
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  /** A Secret in the consumer's namespace, mounted read-only at `/var/run/secrets/plumbline/<relation>`. */
  readonly secret?: SecretRef;
  /** Where the consumer connects to: it may send there, and the used side lets it in. */
  readonly peers: readonly Peer[];
  /** What must stand before the consumer starts. */
  readonly dependsOn: readonly pulumi.Resource[];
}

/**
 * Something a workload may use: a store, a topic, another service. One line at the workload, `uses: [orders.owner,
 * cache, settled.publish]`, declares the relation; everything that follows from it is made by {@link Usable.grant}.
 */
export interface Usable {
  /** Name of the relation: a DNS label. Its environment variables start with it in upper snake case. */
  readonly usableName: string;
  grant(consumer: Consumer): Grant;
}

/** Where a relation's credential files are mounted in the consumer's containers. */
export const CREDENTIALS_ROOT = "/var/run/secrets/plumbline";

/** Start of the environment variables of a relation: `orders-db` gives `ORDERS_DB`. */
export function environmentPrefix(usableName: string): string {
  return usableName.toUpperCase().replaceAll("-", "_");
}
