import { type Exemption, expired } from "../core/exemption.ts";
import type { ReportedExemption } from "./report.ts";

/**
 * What became of each exemption in one run, the only place that decides it. `used` are those that let a violation stand,
 * or something that cannot be judged yet: they are known by identity, as `covering` hands them on.
 */
export function reportedExemptions(
  exemptions: readonly Exemption[],
  used: Iterable<Exemption>,
  today: Date,
): ReportedExemption[] {
  const needed = new Set(used);
  return exemptions.map((exemption) => ({
    exemption,
    state: expired(exemption, today) ? "expired" : needed.has(exemption) ? "used" : "unused",
  }));
}
