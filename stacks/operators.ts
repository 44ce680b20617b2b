import { OPERATORS, OPTIONAL_OPERATORS, type OptionalOperator } from "../components/cluster/index.ts";
import type { Environment } from "./environment.ts";
import { RELEASES_NAMESPACE } from "./releases.ts";

/** Operators that an environment has beside those of every cluster. */
export function optionalOperators({ stores: { kafka }, secretsFrom, scanning }: Environment): OptionalOperator[] {
  return [
    ...(kafka.backend === "inCluster" && kafka.operator ? [kafka.operator] : []),
    ...(secretsFrom ? (["externalSecrets"] as const) : []),
    ...(scanning?.images === "installed" ? (["trivy"] as const) : []),
  ];
}

/** The namespaces of the operators that an `up` installs; none in a rehearsal, which brings its own. */
export function operatorNamespaces(environment: Environment): string[] {
  if (environment.tier === "rehearsal") return [];
  const installed = [...OPERATORS, ...optionalOperators(environment).map((name) => OPTIONAL_OPERATORS[name])];
  const homes = installed.map(({ namespace }) => namespace);
  return [...new Set([...homes, ...(environment.releases.controller ? [RELEASES_NAMESPACE] : [])])];
}
