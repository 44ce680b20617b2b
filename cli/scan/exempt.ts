import { type Exemption, expired, grantProblems } from "../../policies/core/exemption.ts";
import { readGrants } from "../../policies/core/exemption-file.ts";
import { fits } from "../../policies/core/glob.ts";
import { type Finding, labelOf } from "./finding.ts";

/**
 * Exemptions from findings, in the form of those from rules: `rule` is the finding's id, such as `CVE-2026-1234`, and `resource` its kind, what was
 * scanned and the component, such as `npm package-lock.json/lodash`; `*` stands for any characters in the latter. Throws a `TypeError` that
 * names every wrong entry with its field.
 */
export function readScanExemptions(text: string, today: Date): Exemption[] {
  return readGrants(text, (entry) => [...idProblems(entry), ...grantProblems(entry, today)]);
}

function idProblems({ rule }: Exemption): string[] {
  if (typeof rule === "string" && /^[^\s*]{3,200}$/.test(rule)) return [];
  return [`rule: ${JSON.stringify(rule)} is no finding; allowed: the id of one, such as "CVE-2026-1234"`];
}

/** The exemption that lets a finding stand today: of several the one that ends last. */
export function exemptionOf(finding: Finding, exemptions: readonly Exemption[], today: Date): Exemption | undefined {
  const label = labelOf(finding);
  return exemptions
    .filter((one) => one.rule === finding.id && fits(one.resource, label) && !expired(one, today))
    .reduce<Exemption | undefined>((best, one) => (best && best.expires >= one.expires ? best : one), undefined);
}
