import type { FirehoseDeliveryStreamArgs } from "@pulumi/aws/kinesis/firehoseDeliveryStream.js";
import type { Transform } from "../../core/transform.ts";
import type { VaultArgs } from "./vault-args.ts";

/** An EKS cluster, whose control plane is AWS': its audit log goes to CloudWatch, with the log `audit` of the cluster switched on. */
export interface EksLogArgs extends VaultArgs {
  readonly kind: "eks";
  /** Of the cluster. */
  readonly clusterName: string;
  readonly transform?: { readonly delivery?: Transform<FirehoseDeliveryStreamArgs> };
}

/** Where EKS writes to. */
export function eksLogGroup(clusterName: string): string {
  return `/aws/eks/${clusterName}/cluster`;
}
