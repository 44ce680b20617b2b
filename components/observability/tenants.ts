import { type Duration, durationProblems, seconds } from "../core/duration.ts";
import type { Problem } from "../core/invalid.ts";
import { isDnsLabel } from "../core/names.ts";

/** Whose logs and profiles are kept apart from others', and for how long. */
export interface Tenant {
  /** At least one, and none that is another tenant's. */
  readonly namespaces: readonly string[];
  /** `24h` to `730d`; Loki drops by whole days. */
  readonly retention: Duration;
}

/** The tenant of all namespaces that are no other's. */
export const PLATFORM = "platform";

/** What is kept, by tenant, and how long that of all others is. */
export interface Kept {
  readonly retention: Duration;
  readonly tenants: Readonly<Record<string, Tenant>>;
  /** Tenants whom no namespace belongs to, by name, and how long theirs is kept. None by default. */
  readonly records?: Readonly<Record<string, Duration>>;
}

/** Loki drops what is older by whole days, and keeps at least one. */
const SHORTEST: Duration = "24h";
const LONGEST: Duration = "730d";

/** What is wrong with who keeps what for how long. */
export function keptProblems({ retention, tenants, records = {} }: Kept): Problem[] {
  const owners = new Map<string, string>();
  const found = Object.entries(tenants).flatMap(([tenant, of]) => {
    const field = `tenants.${tenant}`;
    const problems = durationProblems(`${field}.retention`, of.retention, SHORTEST, LONGEST);
    if (!isDnsLabel(tenant) || tenant === PLATFORM)
      problems.push({
        field,
        given: tenant,
        allowed: `a DNS label other than ${PLATFORM}, which all others belong to`,
      });
    if (of.namespaces.length === 0)
      problems.push({ field: `${field}.namespaces`, given: of.namespaces, allowed: "at least one namespace" });
    for (const [index, given] of of.namespaces.entries()) {
      const owner = owners.get(given);
      if (!isDnsLabel(given) || owner !== undefined)
        problems.push({
          field: `${field}.namespaces[${index}]`,
          given,
          allowed: owner === undefined ? "the name of a namespace" : `a namespace of one tenant; ${owner} has it`,
        });
      owners.set(given, tenant);
    }
    return problems;
  });
  for (const [record, period] of Object.entries(records)) {
    const field = `records.${record}`;
    found.push(...durationProblems(field, period, SHORTEST, LONGEST));
    if (!isDnsLabel(record) || record === PLATFORM || Object.hasOwn(tenants, record))
      found.push({ field, given: record, allowed: `a DNS label other than ${PLATFORM}, and no name of a tenant` });
  }
  return [...durationProblems("retention", retention, SHORTEST, LONGEST), ...found];
}

/** Whose a namespace is. */
export function tenantOf(namespace: string, tenants: Kept["tenants"]): string {
  return Object.entries(tenants).find(([, { namespaces }]) => namespaces.includes(namespace))?.[0] ?? PLATFORM;
}

/** How long what each tenant has is kept, as the file says it that Loki and Pyroscope read again while they run. */
export function tenantsConfig({ retention, tenants, records = {} }: Kept): object {
  const periods = [
    [PLATFORM, retention],
    ...Object.entries(tenants).map(([name, tenant]) => [name, tenant.retention]),
    ...Object.entries(records),
  ];
  return {
    overrides: Object.fromEntries(
      periods.map(([name, period]) => [name, { retention_period: `${seconds(period as Duration)}s` }]),
    ),
  };
}
