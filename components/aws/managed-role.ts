import { Role, type RoleArgs } from "@pulumi/aws/iam/role.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import type { Children } from "../core/component.ts";

/** A role, and which of AWS' own policies it has. */
export interface ManagedRole {
  readonly args: RoleArgs;
  /** Their ARNs, by a name for the program. */
  readonly managed: Readonly<Record<string, string>>;
}

/** Makes a role; who uses it waits for its rights, without which it can do nothing. */
export function makeRole(
  name: string,
  { args, managed }: ManagedRole,
  children: Children,
): { readonly role: Role; readonly rights: RolePolicyAttachment[] } {
  const role = new Role(...children.child(name, args));
  const rights = Object.entries(managed).map(
    ([what, policyArn]) =>
      new RolePolicyAttachment(...children.child(`${name}-${what}`, { role: role.name, policyArn })),
  );
  return { role, rights };
}
