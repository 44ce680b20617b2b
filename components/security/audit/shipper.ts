import { DaemonSet } from "@pulumi/kubernetes/apps/v1/daemonSet.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import type { Children } from "../../core/component.ts";
import { isOptOut } from "../../core/opt-out.ts";
import { serverAccountPlan } from "../../core/server-account.ts";
import { type BucketAccess, bucketAccess } from "../../data/object-store/bucket-access.ts";
import { BUCKET_CA, bucketFiles } from "../../data/object-store/bucket-files.ts";
import { CONFIG_FILE } from "../../observability/collector/pod.ts";
import { AGENTS_HOME } from "../../observability/logging/agent-plan.ts";
import { StoreMonitoring } from "../../observability/store-monitoring.ts";
import { watchedShippers } from "./shipper-alerts.ts";
import { type ShipperConfigArgs, shipperConfig, type ToArchive } from "./shipper-config.ts";
import { shipperMetadata, shipperName, shipperNetworkPlan, shipperPlan, shipperPods } from "./shipper-plan.ts";
import { AUDIT_TENANT, type AuditTrailArgs, type ControlPlaneLog, completeControlPlane } from "./trail-args.ts";

/** The most control planes that a cluster has, and one more while one is replaced. */
const MOST = 8;

/** Ships the API server's log from the nodes that have one. */
export function shipLog(name: string, args: AuditTrailArgs, source: ControlPlaneLog, children: Children): void {
  const full = completeControlPlane(source);
  const pods = shipperPods(name);
  const logs = full.logs?.intake(AUDIT_TENANT, pods);
  const access = isOptOut(full.archive)
    ? undefined
    : bucketAccess(full.archive, "writer", { ...pods, name: shipperName(name), maxReplicas: MOST }, children);
  const given = {
    folder: full.folder,
    breakGlass: args.breakGlass ?? [],
    logs: logs && { endpoint: logs.endpoint, tenant: logs.tenant },
  } satisfies Partial<ShipperConfigArgs>;
  const config = archiveOf(access).apply((archive) => JSON.stringify(shipperConfig({ ...given, archive }), null, 2));
  const metadata = shipperMetadata(name);
  const spec = shipperNetworkPlan(name, [...(logs?.peers ?? []), ...(access?.grant.peers ?? [])]);
  const child = shipperName(name);
  const dependsOn = [
    new ServiceAccount(...children.child(child, serverAccountPlan(child, AGENTS_HOME))),
    new ConfigMap(...children.child(child, { metadata, data: { [CONFIG_FILE]: config } })),
    new NetworkPolicy(...children.child(child, { metadata, spec })),
    ...(logs?.dependsOn ?? []),
    ...(access?.grant.dependsOn ?? []),
  ];
  // Where the archive is may only be known later, and does not change without its name.
  const known = access && { bucket: access.bucketName, endpoint: "", region: "" };
  const version = { config: shipperConfig({ ...given, archive: known }), revision: access?.grant.revision };
  const files = bucketFiles(access);
  const trusted = access?.authority === undefined ? [] : [{ name: "AWS_CA_BUNDLE", value: BUCKET_CA }];
  const plan = shipperPlan(name, full, version, { ...files, environment: [...files.environment, ...trusted] });
  new DaemonSet(...children.child(child, plan, full.transform?.shipper, { dependsOn }));
  const watch = { ...watchedShippers(name), namespace: args.namespace, podsIn: AGENTS_HOME, runbooks: args.runbooks };
  new StoreMonitoring(child, watch, children.options());
}

function archiveOf(access: BucketAccess | undefined): pulumi.Output<ToArchive | undefined> {
  if (access === undefined) return pulumi.output(undefined);
  const { ENDPOINT = "", REGION = "us-east-1" } = access.grant.environment;
  return pulumi
    .output({ endpoint: ENDPOINT, region: REGION })
    .apply((known) => ({ ...known, bucket: access.bucketName }));
}
