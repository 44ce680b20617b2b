import { cidrProblems } from "../../core/address.ts";
import type { Problem } from "../../core/invalid.ts";
import { isDnsLabel } from "../../core/names.ts";
import { quorumProblems, quorumZoneProblems, storeProblems } from "../../data/store.ts";
import type { CompleteConsul, CompleteSync } from "./args.ts";

/** What is wrong with a Consul's arguments. */
export function consulProblems(name: string, args: CompleteConsul): Problem[] {
  const { servers, replication, zones, datacenter, domain, agents, catalogSync } = args;
  return [
    ...storeProblems(name, args as Parameters<typeof storeProblems>[1]),
    ...quorumProblems("servers", servers, replication),
    ...quorumZoneProblems(zones, replication),
    ...(isDnsLabel(datacenter) ? [] : [{ field: "datacenter", given: datacenter, allowed: LABEL }]),
    ...(isDomain(domain) ? [] : [{ field: "domain", given: domain, allowed: 'a DNS name such as "consul"' }]),
    ...agents.flatMap((block, index) => cidrProblems(`agents[${index}]`, block)),
    ...(catalogSync ? syncProblems(catalogSync) : []),
  ];
}

const LABEL = 'a DNS label such as "dc1"';
/** Of the 63 that a name in DNS may have: what is left is for the service and its namespace. */
const LONGEST_PREFIX = 15;

function isDomain(given: unknown): boolean {
  return typeof given === "string" && given !== "local" && given.split(".").every((label) => isDnsLabel(label));
}

function syncProblems({ namespaces, prefix, version }: CompleteSync): Problem[] {
  const problems = namespaces.flatMap((namespace, index) =>
    isDnsLabel(namespace)
      ? []
      : [{ field: `catalogSync.namespaces[${index}]`, given: namespace, allowed: "the name of a namespace" }],
  );
  if (namespaces.length === 0)
    problems.push({
      field: "catalogSync.namespaces",
      given: "none",
      allowed: "at least one namespace whose services are synced; or no catalogSync",
    });
  if (!/^[a-z][a-z0-9-]*-$/.test(prefix) || prefix.length > LONGEST_PREFIX)
    problems.push({
      field: "catalogSync.prefix",
      given: prefix,
      allowed: `a-z, 0-9 and "-", with "-" at its end, of at most ${LONGEST_PREFIX} characters, such as "k8s-": what the sync may register`,
    });
  if (!/^\d+\.\d+\.\d+$/.test(version))
    problems.push({
      field: "catalogSync.version",
      given: version,
      allowed: 'a version of consul-k8s, such as "1.0.11"',
    });
  return problems;
}
