import type { Problem } from "../core/invalid.ts";
import type { CredentialFile } from "../core/usage.ts";
import { keyProblems } from "./alerting/receiver.ts";

/** How something that stands elsewhere is entered. */
interface Access {
  readonly user: { readonly name: string; readonly password: CredentialFile } | undefined;
  readonly authority: CredentialFile | undefined;
}

/** What is wrong with it. */
export function accessProblems(field: string, { user, authority }: Access): Problem[] {
  return [
    ...(user === undefined ? [] : userProblems(`${field}.user`, user)),
    ...(authority === undefined ? [] : keyProblems(`${field}.authority`, authority)),
  ];
}

function userProblems(field: string, { name, password }: NonNullable<Access["user"]>): Problem[] {
  const isName = typeof name === "string" && /^[^\s:]{1,128}$/.test(name);
  return [
    ...(isName ? [] : [{ field: `${field}.name`, given: name, allowed: "a name without a space or a colon" }]),
    ...keyProblems(`${field}.password`, password),
  ];
}
