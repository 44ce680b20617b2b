import { checksum } from "../../core/checksum.ts";

/**
 * Name of something in AWS: `<stack>-<name>`, unique in the account, in small letters, digits and hyphens. One that is too long is cut,
 * and ends in a fingerprint of the whole. It is given, not left to the engine: other names are made from it (of log groups, snapshots),
 * and a store that has another name is another store.
 */
export function awsName(stack: string, name: string, longest: number): string {
  const whole = `${stack}-${name}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  const plain = /^[a-z]/.test(whole) ? whole : `s-${whole}`;
  if (plain.length <= longest) return plain;
  const end = checksum(`${stack}-${name}`).slice(0, 6);
  return `${plain.slice(0, longest - end.length - 1).replace(/-$/, "")}-${end}`;
}
