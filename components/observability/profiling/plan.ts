import type { types } from "@pulumi/kubernetes";
import { oneAtATime } from "../../core/budget.ts";
import { checksum } from "../../core/checksum.ts";
import { labels, selector } from "../../core/labels.ts";
import { optOut } from "../../core/opt-out.ts";
import type { BucketAccess } from "../../data/object-store/bucket-access.ts";
import { BUCKET_CA, bucketFiles } from "../../data/object-store/bucket-files.ts";
import { image } from "../../images/catalogue.ts";
import { runtimeEnvironment } from "../../workload/runtime.ts";
import { serverService, serverSetPlan } from "../server-set.ts";
import type { CompleteArgs } from "./args.ts";
import { type Hosts, PATHS, PORTS, pyroscopeConfig, SCRATCH } from "./config.ts";
import { type Part, partsOf } from "./needs.ts";

const ON_ANOTHER = optOut("its requests are on the one dashboard of all Pyroscopes");
const ALONE = optOut(
  "profiles are on one disk: while it is away those of that time are lost, and none can be looked up",
);
const OF_USE_FOR_DAYS = optOut("a profile is of use for days, and nothing is made from it");

export function partName(name: string, { target }: Pick<Part, "target">): string {
  return target === "all" ? `${name}-pyroscope` : `${name}-${target}`;
}

/** The part that takes profiles, and the one that answers. */
export function facing(args: Pick<CompleteArgs, "bucket">): Readonly<Record<"takes" | "answers", Part["target"]>> {
  return args.bucket === undefined
    ? { takes: "all", answers: "all" }
    : { takes: "distributor", answers: "query-frontend" };
}

/** Full names by which the parts find each other. */
export function hostsOf(name: string, { namespace, bucket }: Pick<CompleteArgs, "namespace" | "bucket">): Hosts {
  const host = (of: string) => `${of}.${namespace.name}.svc`;
  const metastore = partName(name, { target: "metastore" });
  const { replicas = 0 } = partsOf(bucket !== undefined).find(({ target }) => target === "metastore") ?? {};
  return {
    peers: host(`${name}-peers`),
    metastores: Array.from({ length: replicas }, (_, index) => host(`${metastore}-${index}.${metastore}`)),
    queryBackend: host(partName(name, { target: "query-backend" })),
  };
}

/** On every Pyroscope, whatever it does: all of them find each other by it. */
export const PEER = { "plumbline.dev/pyroscope": "true" };

/** Each has a name of its own, by which the others know it again after a restart: so all are sets, also those without a disk. */
export function setPlan(
  name: string,
  part: Part,
  args: CompleteArgs,
  access: BucketAccess | undefined,
): types.input.apps.v1.StatefulSet {
  const { namespace, zones, resources, disk } = args;
  const { target, replicas, hasDisk } = part;
  const hosts = hostsOf(name, args);
  // Where the bucket is may only be known later, and does not change without its name.
  const config = pyroscopeConfig(args, access && { hosts, bucket: { name: access.bucketName } });
  const files = bucketFiles(access);
  return serverSetPlan({
    name: partName(name, part),
    of: name,
    part: target,
    namespace: namespace.name,
    zones,
    replicas,
    serviceName: partName(name, part),
    account: name,
    optOuts: {
      ...(hasDisk && { backup: OF_USE_FOR_DAYS }),
      ...(replicas === 1 && { replication: ALONE, spread: ALONE }),
    },
    peer: PEER,
    priority: hasDisk ? "store" : "worker",
    config: { name, checksum: checksum({ config, revision: access?.grant.revision }) },
    program: {
      name: "pyroscope",
      image: image("pyroscope"),
      args: [`-config.file=${PATHS.config}/config.json`, `-target=${target}`, ...ownName(name, part, args)],
      env: [
        ...Object.entries(runtimeEnvironment("go", resources)).map(([of, value]) => ({ name: of, value })),
        ...files.environment,
        // Its configuration has no place for an authority; Go's own does.
        ...(access?.authority === undefined ? [] : [{ name: "SSL_CERT_FILE", value: BUCKET_CA }]),
        { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      ],
      ports: PORTS,
      resources,
      volumeMounts: [
        { name: "config", mountPath: PATHS.config, readOnly: true },
        { name: "tmp", mountPath: "/tmp" },
        ...(hasDisk ? [{ name: "data", mountPath: PATHS.data }] : []),
        ...files.mounts,
      ],
    },
    files,
    scratch: SCRATCH,
    disk: hasDisk ? disk : undefined,
  });
}

/** Who knows where things are is told its own name: by it the others know it, wherever it runs. */
function ownName(name: string, { target }: Part, { namespace }: CompleteArgs): string[] {
  if (target !== "metastore") return [];
  const own = `$(POD_NAME).${partName(name, { target })}.${namespace.name}.svc`;
  return [`-metastore.raft.server-id=${own}`, `-metastore.raft.advertise-address=${own}:${PORTS.raft}`];
}

/** What services send to has Profiling's own name. Names of parts lead to each of their pods; of all, also before they are ready. */
export function servicePlans(
  name: string,
  args: Pick<CompleteArgs, "namespace" | "bucket">,
): types.input.core.v1.Service[] {
  const parts = partsOf(args.bucket !== undefined);
  const { namespace } = args;
  const service = (of: string, spec: types.input.core.v1.ServiceSpec, part?: string) =>
    serverService({ name: of, of: name, part, namespace: namespace.name }, PORTS, ON_ANOTHER, spec);
  const each = { clusterIP: "None" };
  const early = { ...each, publishNotReadyAddresses: true };
  return [
    service(name, { selector: selector(name, facing(args).takes) }),
    ...parts.map(({ target }) => {
      // Those that know where things are must find each other before they can be ready.
      const way = target === "metastore" ? early : each;
      return service(partName(name, { target }), { ...way, selector: selector(name, target) }, target);
    }),
    ...(parts.length > 1 ? [service(`${name}-peers`, { ...early, selector: { ...selector(name), ...PEER } })] : []),
  ];
}

/** One at a time. Of those that agree by majority, one that catches up is let go only while the others are well. */
export function budgetPlan(
  name: string,
  { target }: Part,
  { namespace }: Pick<CompleteArgs, "namespace">,
): types.input.policy.v1.PodDisruptionBudget {
  const matchLabels = selector(name, target);
  return {
    metadata: { name: partName(name, { target }), namespace: namespace.name, labels: labels(name, target) },
    spec:
      target === "metastore"
        ? { maxUnavailable: 1, selector: { matchLabels: { ...matchLabels } } }
        : oneAtATime(matchLabels),
  };
}
