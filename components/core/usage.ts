import type * as pulumi from "@pulumi/pulumi";

/** One credential file: a key of a Secret in the consumer's namespace. Where a credential is, never what it is. */
export interface CredentialFile {
  readonly secret: string;
  readonly key: string;
}

/** A file without any secret: a key of a ConfigMap in the consumer's namespace, or all of its keys where none is named. */
interface ConfigFile {
  readonly configMap: string;
  readonly key?: string;
}

/** The pods behind one port, as network policies name them. */
export interface Peer {
  readonly namespace: string;
  readonly podLabels: Readonly<Record<string, string>>;
  readonly port: number;
}

/** Pods of a namespace, by their labels, whatever they listen on. */
export type Pods = Pick<Peer, "namespace" | "podLabels">;

/** Addresses outside of the cluster that answer on one port, as network policies name them. */
interface Address {
  /** A block such as `10.0.8.0/22`. */
  readonly cidr: pulumi.Input<string>;
  readonly port: number;
}

/** Where pods may send to. */
export type Destination = Peer | Address;

/** A cert-manager issuer, as certificates name it. */
export interface IssuerRef {
  readonly group: "cert-manager.io";
  readonly kind: "ClusterIssuer";
  readonly name: string;
}

/** Who signs certificates: its reference, and the resource that must stand before it can. */
export type Signer = pulumi.Resource & { readonly ref: IssuerRef };

/** The workload that declares the relation, as the used side needs to know it. */
export interface Consumer {
  /** The workload's name: also the name of its own role, user or account in what it uses. */
  readonly name: string;
  readonly namespace: string;
  readonly podLabels: Readonly<Record<string, string>>;
  /** The most pods that may run at once, those of a running update included: connection budgets are cut from it. */
  readonly maxReplicas: number;
  /** Options of the resources that the used side makes for this consumer: its parent, and after its namespace. */
  readonly opts: pulumi.CustomResourceOptions;
}

/** What a consumer gets from one relation. */
export interface Grant {
  /**
   * Plain environment without any secret, by the last part of its name: `HOST` of the relation `orders-db` becomes
   * `ORDERS_DB_HOST`.
   */
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  /** Credential files, by the last part of the variable that holds their path: `PASSWORD` gives `ORDERS_DB_PASSWORD_FILE`. */
  readonly files: Readonly<Record<string, CredentialFile>>;
  /** A file that changes while the consumer runs, without a restart: its path is in `<RELATION>_FILE`; of many, that of their folder in `<RELATION>_FOLDER`. */
  readonly config?: ConfigFile;
  /** Who signed the certificate of the used side: the consumer gets `<RELATION>_CA_FILE`, and a certificate of its own. */
  readonly issuer?: Signer;
  /**
   * The authorities that sign for the used side, where it is not in the cluster and no {@link issuer} signs for it: the consumer
   * gets the same `<RELATION>_CA_FILE`, out of the key `ca.crt` of this ConfigMap.
   */
  readonly authorities?: { readonly configMap: string };
  /** Where the consumer connects to: it may send there, and the used side lets it in. */
  readonly peers: readonly Destination[];
  /** What must stand before the consumer starts. */
  readonly dependsOn: readonly pulumi.Resource[];
  /** Changes when the consumer must start anew to go on, as when its credentials were rotated. */
  readonly revision: string;
}

/**
 * Something a workload may use: a store, a topic, another service. One line at the workload, `uses: [orders.owner,
 * cache, settled.publish]`, declares the relation; everything that follows from it is made by {@link Usable.grant}.
 *
 * A relation is a value, so what is used was declared before its consumer: cycles cannot be written down.
 */
export interface Usable {
  /** Name of the relation: a DNS label. Its environment variables start with it in upper snake case. */
  readonly usableName: string;
  grant(consumer: Consumer): Grant;
}

/** Where a relation's credential files are mounted in the consumer's containers. */
export const CREDENTIALS_ROOT = "/var/run/secrets/plumbline";
/** Where its {@link Grant.config} is mounted. */
export const CONFIG_ROOT = "/var/run/config/plumbline";

/** Start of the environment variables of a relation: `orders-db` gives `ORDERS_DB`. */
export function environmentPrefix(usableName: string): string {
  return usableName.toUpperCase().replaceAll("-", "_");
}
