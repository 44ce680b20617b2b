import type { types } from "@pulumi/kubernetes";
import { labels, selector } from "../../core/labels.ts";
import { admit, admitScrapers, reach } from "../../core/network.ts";
import type { Pods } from "../../core/usage.ts";
import type { CompleteArgs } from "./args.ts";
import { domain, METRICS_PORTS, names, PORTS } from "./config.ts";
import { SERVER } from "./server-plan.ts";
import { SETUP } from "./setup-plan.ts";
import { VOLUME } from "./volume-plan.ts";

/** On which ports servers are reached by other servers. */
const BETWEEN = {
  [SERVER]: [PORTS.etcdPeers, PORTS.masterServers, PORTS.filerServers, PORTS.s3Servers],
  [VOLUME]: [PORTS.volume, PORTS.volumeServers],
};
const SCRAPED = {
  [SERVER]: [METRICS_PORTS.etcd, METRICS_PORTS.master, METRICS_PORTS.gateway],
  [VOLUME]: [METRICS_PORTS.volume],
};

/** Who talks to whom: consumers to the gateways' S3 alone, the servers among themselves, the setup to the servers. */
export function networkPlans(name: string, args: CompleteArgs, consumers: readonly Pods[]) {
  const namespace = args.namespace.name;
  const pods = (part: string) => ({ namespace, podLabels: selector(name, part) });
  const all = [SERVER, VOLUME] as const;
  const toServers = (parts: readonly (typeof all)[number][]) =>
    reach(parts.flatMap((part) => BETWEEN[part].map((port) => ({ ...pods(part), port }))));
  const policy = (part: string, ingress: ReturnType<typeof admit>, egress: ReturnType<typeof reach>) => ({
    podSelector: { matchLabels: selector(name, part) },
    policyTypes: ["Ingress", "Egress"],
    ingress,
    egress,
  });
  const server = (part: (typeof all)[number], others: ReturnType<typeof admit>) =>
    policy(
      part,
      [...others, ...admit(all.map(pods), BETWEEN[part]), ...SCRAPED[part].map(admitScrapers)],
      toServers(all),
    );
  return {
    [SERVER]: server(SERVER, [
      ...admit(unique(consumers), [PORTS.s3]),
      ...admit([pods(SETUP)], [PORTS.masterServers, PORTS.filerServers]),
    ]),
    [VOLUME]: server(VOLUME, []),
    [SETUP]: policy(
      SETUP,
      [],
      reach([PORTS.masterServers, PORTS.filerServers].map((port) => ({ ...pods(SERVER), port }))),
    ),
  };
}

/** A service that uses several buckets comes in once. */
function unique(consumers: readonly Pods[]): Pods[] {
  const sorted = [...consumers].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return [...new Map(sorted.map((pods) => [key(pods), pods])).values()];
}

function key({ namespace, podLabels }: Pods): string {
  return JSON.stringify([namespace, podLabels]);
}

/** The one address that consumers know; any gateway will do. */
export function servicePlan(name: string, args: CompleteArgs): types.input.core.v1.Service {
  return {
    metadata: { name, namespace: args.namespace.name, labels: labels(name, SERVER) },
    spec: { selector: selector(name, SERVER), ports: [{ name: "s3", port: PORTS.s3, targetPort: "s3" }] },
  };
}

/** Gives every pod of a set a name of its own; servers look for each other before they are ready. */
export function headlessServicePlan(
  name: string,
  part: typeof SERVER | typeof VOLUME,
  args: CompleteArgs,
): types.input.core.v1.Service {
  const ports =
    part === SERVER
      ? {
          "etcd-peers": PORTS.etcdPeers,
          master: PORTS.masterServers,
          filer: PORTS.filerServers,
          "s3-servers": PORTS.s3Servers,
        }
      : { volume: PORTS.volume, "volume-servers": PORTS.volumeServers };
  return {
    metadata: { name: names(name)[part], namespace: args.namespace.name, labels: labels(name, part) },
    spec: {
      clusterIP: "None",
      publishNotReadyAddresses: true,
      selector: selector(name, part),
      ports: Object.entries(ports).map(([port, number]) => ({ name: port, port: number, targetPort: port })),
    },
  };
}

/** One at a time may be taken away: the others keep the quorum, and the second copy of every object. */
export function budgetPlan(
  name: string,
  part: typeof SERVER | typeof VOLUME,
  args: CompleteArgs,
): types.input.policy.v1.PodDisruptionBudget {
  return {
    metadata: { name: names(name)[part], namespace: args.namespace.name, labels: labels(name, part) },
    spec: { maxUnavailable: 1, selector: { matchLabels: selector(name, part) } },
  };
}

/** Where consumers connect to. */
export function endpoint(name: string, args: CompleteArgs): string {
  return `https://${domain(name, args)}:${PORTS.s3}`;
}
