import type { types } from "@pulumi/kubernetes";
import type { Namespace } from "../../cluster/namespace.ts";
import type { Duration } from "../../core/duration.ts";
import type { Percent } from "../../core/percent.ts";
import type { Quantity } from "../../core/quantity.ts";
import type { Resources } from "../../core/resources.ts";
import type { Transform } from "../../core/transform.ts";
import type { CredentialFile, Destination } from "../../core/usage.ts";

/** In the memory of one Jaeger, where a restart forgets them: for a rehearsal. */
interface InMemory {
  readonly kind: "memory";
  /** The newest so many, 1 or more. By default what its memory has room for, at 10 kB each: some 16,000 in 512Mi. */
  readonly traces?: number;
}

/** On the disk of one Jaeger. While its node is lost traces wait in the samplers, and nobody can look one up. */
interface OnDisk {
  readonly kind: "badger";
  /** `1Gi` or more. It grows in place and never shrinks. */
  readonly disk: Quantity;
}

/** In indices of a cluster of Elasticsearch or OpenSearch that stands elsewhere, one a day; two Jaegers in front. */
interface InIndices {
  readonly kind: "elasticsearch" | "opensearch";
  /** `https://search.example.com:9200`; over plain http only to a Service of the cluster. */
  readonly url: string;
  /** Where it answers, for network policies. */
  readonly at: readonly Destination[];
  /** Its user, and where the password is: in a Secret of Tracing's namespace. */
  readonly user?: { readonly name: string; readonly password: CredentialFile };
  /** Who signed its certificate, if not everybody knows: a key of a Secret of Tracing's namespace. */
  readonly authority?: CredentialFile;
  /** Before the names of its indices; the name of Tracing by default. */
  readonly prefix?: string;
}

export type TraceStorage = InMemory | OnDisk | InIndices;

/** Which traces are kept. */
export interface Sampling {
  /** Every trace that took longer, `1ms` to `1h`; `1s` by default. One with an error in it is always kept. */
  readonly slowerThan?: Duration;
  /** Of all others, 0 to 100; 10 by default. */
  readonly keep?: Percent;
  /**
   * How long a trace's spans are waited for before it is judged, from its first, `1s` to `10m`; `10s` by default. Meanwhile a sampler holds
   * them: in 512Mi some 16,000 traces of 10 kB, so 1,600 new ones a second with the default.
   */
  readonly wait?: Duration;
}

export interface TracingArgs {
  readonly namespace: Namespace;
  /** Zones that its pods may run in, each once. */
  readonly zones: readonly string[];
  readonly storage: TraceStorage;
  /** How long traces are kept, `1h` to `90d`. Indices are deleted by the cluster that holds them; memory forgets by number. */
  readonly retention: Duration;
  readonly sampling?: Sampling;
  /** Collectors, which services send to, 2 or more; 2 by default. */
  readonly collectors?: number;
  /** Samplers, of which each judges its share of the traces: 1, 2, 4, 8 or 16; 2 by default. */
  readonly samplers?: 1 | 2 | 4 | 8 | 16;
  /** Of each pod. A program refuses what comes when three fifths of its memory are taken; how many traces fit is worked out from it. */
  readonly resources?: {
    /** 100m to 500m processor and 256Mi by default. */
    readonly collector?: Resources;
    /** 100m to 1 processor and 512Mi by default. */
    readonly sampler?: Resources;
    /** 100m to 1 processor and 512Mi by default. */
    readonly jaeger?: Resources;
  };
  /** Keeps the traces of a disk when the stack is destroyed; true by default. */
  readonly retain?: boolean;
  /** Where people read `docs/runbooks`: every alert leads to its section. */
  readonly runbooks?: string;
  readonly transform?: {
    readonly collector?: Transform<types.input.apps.v1.Deployment>;
    readonly sampler?: Transform<types.input.apps.v1.StatefulSet>;
    readonly jaeger?: Transform<types.input.apps.v1.StatefulSet>;
  };
}

const SMALL: Resources = { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "500m", memory: "256Mi" } };
/** Traces wait in it for their last span. */
const SAMPLER: Resources = { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: "1", memory: "512Mi" } };
const JAEGER: Resources = { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: "1", memory: "512Mi" } };

/** How many there are, and what each gets, where nothing is said. */
export const SIZES = {
  collectors: 2,
  samplers: 2,
  resources: { collector: SMALL, sampler: SAMPLER, jaeger: JAEGER },
} as const;

/** The arguments with every default filled in. */
export function complete(args: TracingArgs) {
  return {
    collectors: SIZES.collectors as number,
    samplers: SIZES.samplers,
    retain: true,
    ...args,
    sampling: { slowerThan: "1s" as Duration, keep: 10 as Percent, wait: "10s" as Duration, ...args.sampling },
    resources: { ...SIZES.resources, ...args.resources },
  };
}

export type CompleteArgs = ReturnType<typeof complete>;
