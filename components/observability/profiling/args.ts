import type { types } from "@pulumi/kubernetes";
import type { Namespace } from "../../cluster/namespace.ts";
import type { Quantity } from "../../core/quantity.ts";
import type { Resources } from "../../core/resources.ts";
import type { Transform } from "../../core/transform.ts";
import type { Bucket } from "../../data/object-store/bucket.ts";
import type { Kept, Tenant } from "../tenants.ts";

export interface ProfilingArgs extends Pick<Kept, "retention"> {
  readonly namespace: Namespace;
  /** Zones that its pods may run in, each once. */
  readonly zones: readonly string[];
  /** `1Gi` or more: all that one Pyroscope keeps, or with a bucket the index of what is in there, on each of three. It grows in place and never shrinks. */
  readonly disk: Quantity;
  /** Where profiles are kept, with thirteen Pyroscopes of six kinds before it; by default one alone has them on its disk. */
  readonly bucket?: Bucket;
  /** Other tenants by name, a DNS label, whose profiles are told apart; all else is `platform`'s. None by default. */
  readonly tenants?: Readonly<Record<string, Tenant>>;
  /** Of each Pyroscope, 100m to 1 processor and 512Mi by default. */
  readonly resources?: Resources;
  /** Keeps the disks when the stack is destroyed; true by default. */
  readonly retain?: boolean;
  /** Where people read `docs/runbooks`: every alert leads to its section. */
  readonly runbooks?: string;
  readonly transform?: { readonly pyroscope?: Transform<types.input.apps.v1.StatefulSet> };
}

export const PYROSCOPE: Resources = {
  requests: { cpu: "100m", memory: "512Mi" },
  limits: { cpu: "1", memory: "512Mi" },
};

/** The arguments with every default filled in. */
export function complete(args: ProfilingArgs) {
  return { retain: true, resources: PYROSCOPE, ...args, tenants: args.tenants ?? {} };
}

export type CompleteArgs = ReturnType<typeof complete>;
