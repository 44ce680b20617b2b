import type { Problem } from "../core/invalid.ts";
import { isServiceUrl, peersAt, SERVICE_URL } from "../core/service-url.ts";
import type { Peer, Pods } from "../core/usage.ts";
import type { CompleteWorkload } from "./workload-args.ts";

/** Where a program sends its profiles: a `Profiling`, or the address of a Pyroscope that stands already. */
export interface Profiles {
  /** Of a Pyroscope's Service, with the port that its pods listen on: `http://pyroscope.observability.svc:4040`. */
  readonly endpoint: string;
  /** Whose the profiles of a namespace are, where they are told apart. */
  tenantOf?(namespace: string): string;
  /** Tells it who sends to it, so that it lets them in. */
  admit?(pods: Pods): void;
}

/** Names of the variables by which a program is told where to, as what Grafana makes for other languages reads them. */
export const PROFILES_VARIABLES = [
  "PYROSCOPE_SERVER_ADDRESS",
  "PYROSCOPE_APPLICATION_NAME",
  "PYROSCOPE_TENANT_ID",
] as const;

/** Where a program sends its profiles, and under which names. */
export function profilesEnvironment(
  name: string,
  { namespace, profiles }: Pick<CompleteWorkload, "namespace" | "profiles">,
): Partial<Record<(typeof PROFILES_VARIABLES)[number], string>> {
  if (profiles === undefined) return {};
  const tenant = profiles.tenantOf?.(namespace.name);
  return {
    PYROSCOPE_SERVER_ADDRESS: profiles.endpoint,
    PYROSCOPE_APPLICATION_NAME: name,
    ...(tenant !== undefined && { PYROSCOPE_TENANT_ID: tenant }),
  };
}

/** The way there, if there is one: any pod of its namespace, on its port. */
export function profilesPeers(profiles: Profiles | undefined): Peer[] {
  return peersAt(profiles?.endpoint ?? "");
}

/** What is wrong with its address. */
export function profilesProblems(profiles: Profiles | undefined): Problem[] {
  if (profiles === undefined || isServiceUrl(profiles.endpoint)) return [];
  return [{ field: "profiles.endpoint", given: profiles.endpoint, allowed: SERVICE_URL }];
}
