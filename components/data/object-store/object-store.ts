import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../../core/component.ts";
import { refuse } from "../../core/invalid.ts";
import { nearest } from "../../core/names.ts";
import type { Usable } from "../../core/usage.ts";
import { type DataClass, DEFAULT_CLASS } from "../declared.ts";
import { refuseStoreShape } from "../shape.ts";
import { complete, type ObjectStoreArgs } from "./args.ts";
import type { Bucket } from "./bucket.ts";
import type { Access } from "./identities.ts";
import { InCluster } from "./in-cluster.ts";
import { objectStoreProblems } from "./problems.ts";
import { S3 } from "./s3.ts";
import { completeS3, type S3Args } from "./s3-args.ts";
import { s3Problems } from "./s3-problems.ts";
import type { Server } from "./server.ts";

/**
 * Objects in buckets, spoken to by S3: SeaweedFS in the cluster, or S3 itself on AWS. No object that was acknowledged is lost with a
 * node or a zone. TLS throughout. Every consumer has a right of its own to each bucket that it uses.
 *
 * `store.bucket("invoices").owner` is what a service uses.
 */
export class ObjectStore<Name extends string = string> extends Component {
  /** Where S3 clients begin. */
  readonly endpoint: string;
  readonly #name: string;
  readonly #buckets: readonly string[];
  readonly #dataClass: DataClass;
  readonly #server: Server;

  constructor(name: string, args: ObjectStoreArgs<Name> | S3Args<Name>, opts?: pulumi.ComponentResourceOptions) {
    const subject = `ObjectStore "${name}"`;
    refuseStoreShape(subject, args, { buckets: "an object of objects, by name" });
    const onAws = args.backend === "aws";
    const problems = onAws ? s3Problems(name, completeS3(args)) : objectStoreProblems(name, complete(args));
    refuse(subject, problems);
    super("data:ObjectStore", name, opts, onAws ? [args.namespace] : [args.namespace, args.issuer]);
    this.#name = name;
    this.#dataClass = args.dataClass ?? DEFAULT_CLASS;
    this.#buckets = Object.keys(args.buckets);
    this.#server = onAws
      ? new S3(name, completeS3(args), this.children(), args.transform)
      : new InCluster(name, complete(args), this.children(), args.transform);
    this.endpoint = this.#server.endpoint;
    this.registerOutputs({ endpoint: this.endpoint });
  }

  /** A bucket, to be used as `store.bucket("invoices").owner`. Throws on a name that was not declared. */
  bucket(bucket: Name): Bucket {
    const known = this.#buckets;
    if (!known.includes(bucket)) {
      const meant = nearest(bucket, known);
      throw new RangeError(
        `ObjectStore "${this.#name}" has no bucket ${JSON.stringify(bucket)}; it has ${known.join(", ")}${meant ? `; did you mean ${JSON.stringify(meant)}?` : ""}`,
      );
    }
    const usable = (right: Access["right"]): Usable => ({
      usableName: `${bucket}-bucket`,
      grant: (consumer) => this.#server.grant({ bucket, right }, consumer),
    });
    const bucketName = this.#server.bucketName(bucket);
    const { encryption } = this.#server;
    const kept = { dataClass: this.#dataClass, encryption, deletedFor: this.#server.deletedFor(bucket) };
    return { bucketName, ...kept, owner: usable("owner"), reader: usable("reader"), writer: usable("writer") };
  }
}
