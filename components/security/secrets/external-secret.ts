import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Namespace } from "../../cluster/namespace.ts";
import { Component } from "../../core/component.ts";
import { refuse } from "../../core/invalid.ts";
import { refuseShape, type Shapes } from "../../core/shape.ts";
import type { Transform } from "../../core/transform.ts";
import { type ExternalSecretPlanArgs, externalSecretPlan, externalSecretProblems } from "./external-secret-plan.ts";
import type { ExternalSecretManifest } from "./manifests.ts";
import type { SecretSource } from "./source.ts";

export interface ExternalSecretArgs extends Pick<ExternalSecretPlanArgs, "keys" | "remote" | "refresh" | "template"> {
  /** One of those that may use the source. */
  readonly namespace: Namespace;
  readonly source: SecretSource;
  readonly transform?: { readonly externalSecret?: Transform<ExternalSecretManifest> };
}

const SHAPES: Shapes = {
  namespace: "an object",
  source: "an object",
  keys: "an object of objects, by name",
  "keys.*.field?": "a text",
  "remote?": "a text",
  "template?": "an object",
  "template.*": "a text",
  "transform?": "an object",
};

/**
 * A Secret of the same name that follows a secret outside of the cluster. The program never sees what is in it: neither does the state. An
 * `up` waits until it is there, and fails with the reason if the source has none.
 *
 * ```ts
 * new ExternalSecret("pagerduty", { namespace, source, keys: { key: {} } });
 * ```
 */
export class ExternalSecret extends Component {
  readonly secretName: string;

  constructor(name: string, args: ExternalSecretArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`ExternalSecret "${name}"`, args, SHAPES);
    const { namespace, source, transform, ...rest } = args;
    const plan: ExternalSecretPlanArgs = { ...rest, name, namespace: namespace.name, source: source.names };
    refuse(`ExternalSecret "${name}"`, externalSecretProblems(plan));
    super("security:ExternalSecret", name, opts, [namespace, source]);
    this.secretName = name;
    new CustomResource(...this.child(name, externalSecretPlan(plan), transform?.externalSecret));
    this.registerOutputs({ secretName: this.secretName });
  }
}
