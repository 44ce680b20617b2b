import { StorageClass, type StorageClassArgs } from "@pulumi/kubernetes/storage/v1/storageClass.js";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component.ts";
import { refuse } from "../core/invalid.ts";
import { labels } from "../core/labels.ts";
import { nameProblems } from "../core/names.ts";
import type { Transform } from "../core/transform.ts";
import type { Keys } from "./keys.ts";

export interface EbsStorageArgs {
  /** Its key for `disks` encrypts them; the driver of `EksCluster` may use that one and no other. */
  readonly keys: Keys;
  /** What claims get that name no class; true by default. A cluster has one such class. */
  readonly isDefault?: boolean;
  /** Keeps a volume whose claim is gone, for somebody to look at and delete; true by default. */
  readonly retain?: boolean;
  readonly transform?: { readonly storageClass?: Transform<StorageClassArgs> };
}

/** By it a claim becomes a volume of EBS. */
const DRIVER = "ebs.csi.aws.com";

/** A class of storage as Kubernetes is asked for it. */
function ebsStoragePlan(
  name: string,
  { isDefault = true, retain = true }: Pick<EbsStorageArgs, "isDefault" | "retain">,
  kmsKeyId: pulumi.Input<string>,
): StorageClassArgs {
  return {
    metadata: {
      name,
      labels: labels(name),
      annotations: { "storageclass.kubernetes.io/is-default-class": String(isDefault) },
    },
    provisioner: DRIVER,
    parameters: { type: "gp3", encrypted: "true", kmsKeyId, "csi.storage.k8s.io/fstype": "ext4" },
    // A volume is of one zone: the pod's, once that is known.
    volumeBindingMode: "WaitForFirstConsumer",
    allowVolumeExpansion: true,
    reclaimPolicy: retain ? "Retain" : "Delete",
  };
}

/**
 * Volumes for what runs in a cluster of `EksCluster`: gp3, encrypted under the key for disks, in the zone of the pod that asks first. EKS brings
 * no class that is encrypted.
 */
export class EbsStorage extends Component {
  constructor(name: string, { keys, transform, ...args }: EbsStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`EbsStorage "${name}"`, nameProblems("name", name));
    super("aws:EbsStorage", name, opts);
    const plan = ebsStoragePlan(name, args, keys.arn("disks"));
    new StorageClass(...this.child(name, plan, transform?.storageClass));
    this.registerOutputs({});
  }
}
