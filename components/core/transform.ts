import type * as pulumi from "@pulumi/pulumi";

/**
 * The escape hatch of a component: a function per child resource that sees the finished arguments and options just
 * before the child is made, and changes them in place or returns others.
 */
export type Transform<Args> = (
  args: Args,
  opts: pulumi.CustomResourceOptions,
  name: string,
) => undefined | { args?: Args; opts?: pulumi.CustomResourceOptions };

/** Applies a transform, if there is one, and gives the arguments of the child's constructor in their order. */
export function transformed<Args>(
  transform: Transform<Args> | undefined,
  name: string,
  args: Args,
  opts: pulumi.CustomResourceOptions,
): [name: string, args: Args, opts: pulumi.CustomResourceOptions] {
  const changed = transform?.(args, opts, name);
  return [name, changed?.args ?? args, changed?.opts ?? opts];
}
