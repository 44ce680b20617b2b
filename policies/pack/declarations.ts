import type { PolicyResource, ResourceValidationArgs } from "@pulumi/policy";
import type { Resource } from "../core/resource.ts";
import { Stack } from "../core/stack.ts";
import { plain } from "./props.ts";

/**
 * What the program of one preview or one up declares, as the engine tells it, resource by resource.
 *
 * Stack rules judge this too, though the engine hands them the resources' outputs: those carry what the API server fills
 * in (`replicas: 1` where an autoscaler is meant to decide) and hide what was left out. Outputs stand in only for
 * resources that the program did not declare in this run (`--target`).
 */
export class Declarations {
  readonly #declared = new Map<string, Resource>();
  readonly #asked = new Set<string>();
  #stack: { readonly of: Stack; readonly askedBy: Set<string> } | undefined;

  /** One resource. The SDK makes a new view of it for each policy; here it is copied once for all rules. */
  resource(rule: string, args: ResourceValidationArgs): Resource {
    const asked = `${rule} ${args.urn}`;
    const kept = this.#declared.get(args.urn);
    if (kept && !this.#asked.has(asked)) {
      this.#asked.add(asked);
      return kept;
    }
    // The same rule asks about the same resource again: the engine registers it anew, so what is kept is out of date.
    const resource = declared(args);
    this.#declared.set(args.urn, resource);
    this.#asked.add(asked);
    return resource;
  }

  /** All resources. The engine asks once at the end of a run: the first rule of a round builds it for the others. */
  stack(rule: string, resources: readonly PolicyResource[]): Stack {
    if (!this.#stack || this.#stack.askedBy.has(rule)) {
      const all = resources.map((resource) => ({
        ...(this.#declared.get(resource.urn) ?? declared(resource)),
        references: referencesOf(resource),
      }));
      this.#stack = { of: new Stack(all), askedBy: new Set() };
    }
    this.#stack.askedBy.add(rule);
    return this.#stack.of;
  }
}

/** What each property is made of: the engine tells it of a whole stack only. */
function referencesOf({ propertyDependencies = {} }: PolicyResource): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(propertyDependencies).map(([property, resources]) => [property, resources.map(({ urn }) => urn)]),
  );
}

/** A resource in the plain form of rules. */
export function declared(
  args: Pick<PolicyResource, "type" | "name" | "urn" | "props" | "opts" | "provider">,
): Resource {
  const namespace = args.provider && plain(args.provider.props).namespace;
  return {
    type: args.type,
    name: args.name,
    urn: args.urn,
    props: plain(args.props),
    options: {
      protect: args.opts.protect,
      ...(args.opts.ignoreChanges?.length && { ignoreChanges: args.opts.ignoreChanges }),
    },
    ...(typeof namespace === "string" && namespace !== "" && { defaultNamespace: namespace }),
  };
}
