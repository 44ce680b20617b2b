import * as pulumi from "@pulumi/pulumi";
import { type Transform, transformed } from "./transform.ts";

/** The folders that hold components: the first part of a component's type. */
type Folder =
  | "aws"
  | "cluster"
  | "workload"
  | "data"
  | "edge"
  | "delivery"
  | "discovery"
  | "observability"
  | "security";

/**
 * What every component of Plumbline has in common: its type token, and children that know their parent and wait for
 * what the component waits for. The engine orders only the component itself after its `dependsOn`, not its children.
 */
export abstract class Component extends pulumi.ComponentResource {
  readonly #after: readonly pulumi.Resource[];

  protected constructor(
    type: `${Folder}:${string}`,
    name: string,
    opts: pulumi.ComponentResourceOptions = {},
    after: readonly pulumi.Resource[] = [],
  ) {
    super(`plumbline:${type}`, name, {}, opts);
    this.#after = [...resources(opts.dependsOn), ...after];
  }

  /** Options of a child: this parent, and after all that the component and the child itself wait for. */
  protected childOptions(opts: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
    return { ...opts, parent: this, dependsOn: [...this.#after, ...resources(opts.dependsOn)] };
  }

  /** The constructor arguments of a child resource, after the caller's transform has seen them. */
  protected child<Args>(
    name: string,
    args: Args,
    transform?: Transform<Args>,
    opts?: pulumi.CustomResourceOptions,
  ): [name: string, args: Args, opts: pulumi.CustomResourceOptions] {
    return transformed(transform, name, args, this.childOptions(opts));
  }

  /** For a part of this component that makes children itself. */
  protected children(): Children {
    return {
      component: this,
      options: (opts) => this.childOptions(opts),
      child: (name, args, transform, opts) => this.child(name, args, transform, opts),
    };
  }
}

/** How a part of a component that stands in a file of its own makes children of that component. */
export interface Children {
  readonly component: pulumi.ComponentResource;
  /** As {@link Component.childOptions}. */
  options(opts?: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions;
  /** As {@link Component.child}. */
  child<Args>(
    name: string,
    args: Args,
    transform?: Transform<Args>,
    opts?: pulumi.CustomResourceOptions,
  ): [name: string, args: Args, opts: pulumi.CustomResourceOptions];
}

/** Options of a resource that holds data: outside a rehearsal it is neither deleted nor replaced by accident. */
export function keeping(retain: boolean): pulumi.CustomResourceOptions {
  return retain ? { protect: true, retainOnDelete: true } : {};
}

function resources(dependsOn: pulumi.ResourceOptions["dependsOn"]): pulumi.Resource[] {
  if (dependsOn === undefined) return [];
  const all = Array.isArray(dependsOn) ? dependsOn : [dependsOn];
  if (!all.every(pulumi.Resource.isInstance))
    throw new TypeError("dependsOn of a component takes resources, not outputs or promises of them");
  return all;
}
