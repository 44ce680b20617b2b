import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "../../core/custom-resource.ts";
import type { Resources } from "../../core/resources.ts";
import type { askedFor } from "../backup-shape.ts";

/** A role of the server, as CloudNativePG keeps it. */
export interface Role {
  name: string;
  ensure: "present";
  login: boolean;
  connectionLimit?: number;
  inRoles?: string[];
  passwordSecret?: { name: string };
}

/** The fields of CloudNativePG's resources that we set (postgresql.cnpg.io/v1). */
interface ClusterSpec {
  description: string;
  imageName: string;
  instances: number;
  enableSuperuserAccess: false;
  enablePDB: boolean;
  primaryUpdateStrategy: "unsupervised";
  primaryUpdateMethod: "switchover";
  postgresql: {
    parameters: Record<string, string>;
    synchronous?: { method: "any"; number: number; dataDurability: "required" };
    pg_hba: pulumi.Input<string[]>;
  };
  bootstrap:
    | { initdb: { dataChecksums: true; encoding: "UTF8" } }
    | { recovery: { source: string; recoveryTarget?: { targetTime: string } } };
  plugins?: Plugin[];
  externalClusters?: { name: string; plugin: Plugin }[];
  managed: { roles: pulumi.Input<Role[]> };
  certificates: { serverTLSSecret: string; serverCASecret: string };
  storage: { size: string; resizeInUseVolumes: true };
  probes: { startup: { periodSeconds: number } };
  resources: Resources;
  affinity: {
    enablePodAntiAffinity: true;
    topologyKey: "kubernetes.io/hostname";
    podAntiAffinityType: "required";
    nodeAffinity: types.input.core.v1.NodeAffinity;
    tolerations: types.input.core.v1.Toleration[];
  };
  topologySpreadConstraints: types.input.core.v1.TopologySpreadConstraint[];
  inheritedMetadata: { labels: Record<string, string>; annotations: Record<string, string> };
  priorityClassName: string;
  seccompProfile: { type: "RuntimeDefault" };
}

export type ClusterManifest = Manifest<"postgresql.cnpg.io/v1", "Cluster", ClusterSpec>;

/** How a Cluster names a plugin, and what it tells it. */
export interface Plugin {
  name: string;
  isWALArchiver?: true;
  parameters: { barmanObjectName: string; serverName: string };
}

export type ScheduledBackupManifest = Manifest<
  "postgresql.cnpg.io/v1",
  "ScheduledBackup",
  {
    /** Six fields: seconds come first. */
    schedule: string;
    immediate: true;
    backupOwnerReference: "self";
    cluster: { name: string };
    method: "plugin";
    pluginConfiguration: { name: string };
  }
>;

type Compressed = ReturnType<typeof askedFor> & { compression: "snappy" };

/** Of the Barman Cloud plugin: where backups lie, and how they get there. */
export type ObjectStoreManifest = Manifest<
  "barmancloud.cnpg.io/v1",
  "ObjectStore",
  {
    configuration: {
      destinationPath: string;
      endpointURL?: pulumi.Input<string>;
      endpointCA?: CredentialKey;
      s3Credentials: { accessKeyId: CredentialKey; secretAccessKey: CredentialKey };
      data: Compressed;
      wal: Compressed & { maxParallel: number };
    };
    retentionPolicy?: string;
    instanceSidecarConfiguration: {
      env: { name: string; value: pulumi.Input<string> }[];
      resources: Resources;
    };
  }
>;

interface CredentialKey {
  name: string;
  key: string;
}

/** PgBouncer's pods before a Cluster. `metadata` of the pods is all that the definition has of it: labels and annotations. */
export type PoolerManifest = Manifest<
  "postgresql.cnpg.io/v1",
  "Pooler",
  {
    cluster: { name: string };
    type: "rw";
    instances: number;
    deploymentStrategy: types.input.apps.v1.DeploymentStrategy;
    pgbouncer: {
      poolMode: "transaction" | "session";
      authQuerySecret: { name: string };
      authQuery: string;
      parameters: Record<string, string>;
      pg_hba: pulumi.Input<string[]>;
    };
    template: { metadata: { labels: Record<string, string> }; spec: types.input.core.v1.PodSpec };
  }
>;

export type DatabaseManifest = Manifest<
  "postgresql.cnpg.io/v1",
  "Database",
  {
    name: string;
    owner: string;
    ensure: "present";
    /** Each is its owner's, and nobody's who owns the database. */
    schemas?: { name: string; owner: string; ensure: "present" }[];
    databaseReclaimPolicy: "retain" | "delete";
    cluster: { name: string };
  }
>;
