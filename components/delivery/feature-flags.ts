import type { types } from "@pulumi/kubernetes";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Namespace } from "../cluster/namespace.ts";
import { Component } from "../core/component.ts";
import { refuse } from "../core/invalid.ts";
import type { Transform } from "../core/transform.ts";
import type { Consumer, Grant, Usable } from "../core/usage.ts";
import { configMapPlan, FLAGS_FILE, type Serving } from "./feature-flags-plan.ts";
import { featureFlagsProblems } from "./feature-flags-problems.ts";
import type { FlagDefinitions } from "./flag-definition.ts";

export interface FeatureFlagsArgs<Flags extends FlagDefinitions> extends Serving<Flags> {
  /** Where the workloads are that read the flags. */
  readonly namespace: Namespace;
  readonly transform?: { readonly configMap?: Transform<types.input.core.v1.ConfigMap> };
}

/**
 * Flags in one ConfigMap, in flagd's format, which services evaluate in their own process through OpenFeature. It is a
 * relation: `uses: [flags]` of a set named `shop-flags` gives a workload `SHOP_FLAGS_FILE`. A change of a flag changes the
 * ConfigMap alone: no pod is replaced, and the kubelets bring the file up to date within about a minute and a half.
 *
 * ```ts
 * const flags = new FeatureFlags("shop-flags", {
 *   namespace,
 *   flags: { "express-checkout": { variants: { on: true, off: false }, defaultVariant: "off" } },
 *   targeting: { "express-checkout": [{ serve: { by: "customer", shares: { on: 10, off: 90 } } }] },
 * });
 * ```
 */
export class FeatureFlags<const Flags extends FlagDefinitions> extends Component implements Usable {
  readonly usableName: string;
  readonly #namespace: string;
  readonly #configMap: ConfigMap;

  constructor(name: string, args: FeatureFlagsArgs<Flags>, opts?: pulumi.ComponentResourceOptions) {
    refuse(`FeatureFlags "${name}"`, featureFlagsProblems(name, args));
    super("delivery:FeatureFlags", name, opts, [args.namespace]);
    this.usableName = name;
    this.#namespace = args.namespace.name;
    const plan = configMapPlan(name, this.#namespace, args);
    this.#configMap = new ConfigMap(...this.child(name, plan, args.transform?.configMap));
    this.registerOutputs({});
  }

  grant({ namespace }: Consumer): Grant {
    if (namespace !== this.#namespace)
      refuse(`FeatureFlags "${this.usableName}"`, [
        {
          field: "namespace of what uses it",
          given: namespace,
          allowed: `${this.#namespace}, since a pod mounts ConfigMaps of its own namespace only; give the others a set of their own`,
        },
      ]);
    return {
      environment: {},
      files: {},
      config: { configMap: this.usableName, key: FLAGS_FILE },
      peers: [],
      dependsOn: [this.#configMap],
      // Flags are read while the program runs: no change of them starts it anew.
      revision: "",
    };
  }
}
