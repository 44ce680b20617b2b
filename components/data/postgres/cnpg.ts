import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "../../core/custom-resource.ts";
import type { Resources } from "../../core/resources.ts";

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
  bootstrap: { initdb: { dataChecksums: true; encoding: "UTF8" } };
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

export type DatabaseManifest = Manifest<
  "postgresql.cnpg.io/v1",
  "Database",
  {
    name: string;
    owner: string;
    ensure: "present";
    databaseReclaimPolicy: "retain" | "delete";
    cluster: { name: string };
  }
>;
