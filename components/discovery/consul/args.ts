import type { types } from "@pulumi/kubernetes";
import type { OptOut } from "../../core/opt-out.ts";
import type { Quantity } from "../../core/quantity.ts";
import type { Resources } from "../../core/resources.ts";
import type { Transform } from "../../core/transform.ts";
import type { StoreArgs } from "../../data/store.ts";
import { IMAGES } from "../../images/catalogue.ts";

/** Which services of the cluster Consul's catalog has, for who is outside. */
export interface CatalogSyncArgs {
  /** Namespaces whose services are synced; at least one. Each is there as `<prefix><service>-<namespace>`, with its pods that are ready. */
  readonly namespaces: readonly string[];
  /**
   * What the name of each begins with; `k8s-` by default. The sync's token may register under it and nowhere else, so nothing in the cluster
   * can stand in for a service that is not.
   */
  readonly prefix?: string;
  /** Version of consul-k8s; 1.0.11 by default, the one that belongs to Consul 1.14. */
  readonly version?: string;
}

export interface ConsulArgs extends Omit<StoreArgs, "backend" | "objectives" | "retention"> {
  readonly kind: "consul";
  /** 3 by default, one in each zone; 3, 5 or 7. */
  readonly servers?: number;
  /** `dc1` by default. */
  readonly datacenter?: string;
  /** What names in Consul's DNS end in; `consul` by default: `billing.service.consul`. */
  readonly domain?: string;
  /**
   * Consul's version; 1.14.11 by default: free software, and without its makers' support since October 2023. From 1.15.8, 1.16.4 and 1.17 on
   * the licence is the Business Source License 1.1: read it, then say the version here.
   */
  readonly version?: string;
  /** Has Consul know services of the cluster. None by default. */
  readonly catalogSync?: CatalogSyncArgs;
  /** Blocks of addresses that agents outside of the cluster have, as `10.20.0.0/16`: they reach the servers, and are reached. None by default. */
  readonly agents?: readonly string[];
  /** Says why it needs no backup. Consul makes none by itself; see docs/discovery.md for how to take a snapshot. */
  readonly backup?: OptOut;
  readonly transform?: {
    readonly servers?: Transform<types.input.apps.v1.StatefulSet>;
    readonly setup?: Transform<types.input.batch.v1.Job>;
    readonly catalogSync?: Transform<types.input.apps.v1.Deployment>;
  };
}

/** Its makers ask for 2 to 4 times what the catalog takes; thousands of services take megabytes. */
const RESOURCES: Resources = { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "2", memory: "512Mi" } };
const STORAGE: Quantity = "10Gi";

/** What a Consul gets that says nothing. */
const DEFAULTS = {
  servers: 3,
  datacenter: "dc1",
  domain: "consul",
  version: IMAGES.consul.version,
  agents: [] as readonly string[],
  storage: STORAGE,
  resources: RESOURCES,
  retain: true,
  rotation: 1,
} as const;

const SYNC_DEFAULTS = { prefix: "k8s-", version: IMAGES.consulK8s.version } as const;

/** A Consul's arguments with every default filled in. */
export function completeConsul(args: ConsulArgs) {
  const { catalogSync, ...rest } = args;
  return { ...DEFAULTS, ...rest, ...(catalogSync && { catalogSync: { ...SYNC_DEFAULTS, ...catalogSync } }) };
}

type Defaulted = keyof typeof DEFAULTS;
export type CompleteSync = Required<CatalogSyncArgs>;
export type CompleteConsul = Omit<ConsulArgs, Defaulted | "transform" | "catalogSync"> &
  Required<Pick<ConsulArgs, Defaulted>> & { readonly catalogSync?: CompleteSync | undefined };
