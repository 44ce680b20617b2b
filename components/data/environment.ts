import type * as pulumi from "@pulumi/pulumi";

/** Variables as a container has them. None is a secret: those come as files. */
export function environment(variables: Readonly<Record<string, pulumi.Input<string>>>) {
  return Object.entries(variables).map(([name, value]) => ({ name, value }));
}
