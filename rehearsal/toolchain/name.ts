import { RehearsalError } from "./error.ts";

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Whether a text is a DNS label of at most `longest` characters (Kubernetes allows 63). */
export function isLabel(text: string, longest = 63): boolean {
  return text.length <= longest && LABEL.test(text);
}

/** Refuses a name that becomes a folder, a context and a host name if it is not a DNS label. */
export function requireLabel(what: string, name: string): void {
  if (isLabel(name)) return;
  throw new RehearsalError(
    `${JSON.stringify(name)} cannot be the name of ${what}.`,
    "Allowed: lower-case letters, digits and hyphens, a letter or digit first and last, at most 63 characters.",
  );
}
