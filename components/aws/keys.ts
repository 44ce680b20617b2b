import { Alias } from "@pulumi/aws/kms/alias.js";
import { Key } from "@pulumi/aws/kms/key.js";
import { ReplicaKey, type ReplicaKeyArgs } from "@pulumi/aws/kms/replicaKey.js";
import * as pulumi from "@pulumi/pulumi";
import { Component, keeping } from "../core/component.ts";
import { refuse } from "../core/invalid.ts";
import { completeKeys, type KeyPurpose, type KeysArgs, keysProblems } from "./keys-args.ts";
import { keyPolicy, keysPlan } from "./keys-plan.ts";

/**
 * Keys of KMS: one for each class of data, and one each for Secrets of a cluster, disks of its nodes and logs. AWS rotates them; they are kept
 * when the stack is destroyed.
 *
 * ```ts
 * const keys = new Keys("keys", { account, replicaRegions: ["eu-west-1"] });
 * const place: AwsPlace = { …, kmsKeyArn: keys.arn("confidential") };
 * ```
 */
export class Keys extends Component {
  readonly #arns = new Map<string, pulumi.Output<string>>();
  readonly #name: string;

  constructor(name: string, args: KeysArgs, opts?: pulumi.ComponentResourceOptions) {
    const complete = completeKeys(args);
    refuse(`Keys "${name}"`, keysProblems(name, complete));
    super("aws:Keys", name, opts);
    this.#name = name;
    const { transform } = args;
    const kept = keeping(complete.retain);
    for (const { purpose, id, tags, key, replicas } of keysPlan(pulumi.getStack(), name, complete)) {
      const resource = `${name}-${purpose}`;
      const primary = new Key(...this.child(resource, key, transform?.key, kept));
      new Alias(...this.child(resource, { name: `alias/${id}`, targetKeyId: primary.keyId }));
      this.#arns.set(purpose, primary.arn);
      for (const region of replicas) {
        const copy: ReplicaKeyArgs = {
          region,
          primaryKeyArn: primary.arn,
          ...(key.description !== undefined && { description: key.description }),
          deletionWindowInDays: complete.deletionDays,
          policy: keyPolicy(purpose, { ...complete.account, region }),
          tags,
        };
        const replica = new ReplicaKey(...this.child(`${resource}-${region}`, copy, transform?.replica, kept));
        const alias = { region, name: `alias/${id}`, targetKeyId: replica.keyId };
        new Alias(...this.child(`${resource}-${region}`, alias));
        this.#arns.set(`${purpose} ${region}`, replica.arn);
      }
    }
    this.registerOutputs({});
  }

  /** The ARN of the key for a purpose, in the region of the account or in one of `replicaRegions`. Throws if there is none. */
  arn(purpose: KeyPurpose, region?: string): pulumi.Output<string> {
    const arn = this.#arns.get(region === undefined ? purpose : `${purpose} ${region}`);
    if (arn === undefined)
      refuse(`Keys "${this.#name}"`, [
        {
          field: region === undefined ? "purpose" : "region",
          given: region ?? purpose,
          allowed: `one that there is a key for: ${[...this.#arns.keys()].join(", ")}`,
        },
      ]);
    return arn as pulumi.Output<string>;
  }
}
