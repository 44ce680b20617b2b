import type { Field } from "../../core/field.ts";

/** TLS versions as numbers that can be compared: 1.2 is 12. */
export type TlsVersion = 10 | 11 | 12 | 13;

/** AWS's policies of load balancers whose names do not say the version: all of them still speak TLS 1.0. */
const OLD_POLICIES = /^ELBSecurityPolicy-(20\d\d-\d\d|FS-20\d\d-\d\d|TLS13-1-0|FS-1-0)/;

/** Transfer's policies of before June 2020 have other ciphers than TLS 1.2's. */
const TRANSFER = /^TransferSecurityPolicy-(?:[A-Za-z-]+-)?(20\d\d)-(\d\d)$/;

/** The least version of TLS that the name of a policy stands for; undefined for names that nobody knows. */
export function leastVersion(policy: string): TlsVersion | undefined {
  const name = policy.trim();
  if (name === "" || OLD_POLICIES.test(name) || /^SSLv/i.test(name) || /^(VersionTLS10|TLSV1_0)$/.test(name)) return 10;
  const [, year, month] = TRANSFER.exec(name) ?? [];
  if (year !== undefined) return Number(`${year}${month}`) >= 202006 ? 12 : 11;
  // ELBSecurityPolicy-TLS13-1-2-2021-06 and IotSecurityPolicy_TLS13_1_2_2022_10 speak 1.2 and 1.3.
  const [, major, minor] =
    /TLS1[23][-_](1)[-_]([0-3])/i.exec(name) ??
    /TLS[-_]?v?(1)[._-]?([0-3])(?!\d)/i.exec(name) ??
    /FS[-_](1)[-_]([0-3])/.exec(name) ??
    /^(1)\.([0-3])$/.exec(name) ??
    [];
  if (major !== undefined) return Number(`${major}${minor}`) as TlsVersion;
  return /^TLSv1(?:$|_\d{4}$)/i.test(name) ? 10 : undefined;
}

/** Whether a field names a policy whose least version is at least this. A name that nobody knows is not. */
export function atLeastVersion(field: Field, least: TlsVersion): boolean {
  return (leastVersion(field.text() ?? "") ?? 10) >= least;
}
