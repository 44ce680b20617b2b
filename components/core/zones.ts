import type { Problem } from "./invalid.ts";

/** Every zone that is none, and none at all. A zone that stands there twice is one zone, and a quorum over it is lost with it. */
export function zoneProblems(zones: readonly string[]): Problem[] {
  if (!Array.isArray(zones) || zones.length === 0)
    return [{ field: "zones", given: zones, allowed: "at least one zone" }];
  return zones.flatMap((zone, index) => {
    const field = `zones[${index}]`;
    if (typeof zone !== "string" || zone === "") return [{ field, given: zone, allowed: "the name of a zone" }];
    return zones.indexOf(zone) === index ? [] : [{ field, given: zone, allowed: "each zone once" }];
  });
}
