import type { types } from "@pulumi/kubernetes";
import type { Namespace } from "../../cluster/namespace.ts";
import type { Duration } from "../../core/duration.ts";
import type { Quantity } from "../../core/quantity.ts";
import type { Resources } from "../../core/resources.ts";
import type { Transform } from "../../core/transform.ts";
import type { CredentialFile, Destination } from "../../core/usage.ts";
import type { Bucket } from "../../data/object-store/bucket.ts";
import type { Tenant } from "../tenants.ts";

/** Loki, which `Logging` runs: one alone on its disk, or with a bucket three that write, three that read and three that tidy up. */
interface InLoki {
  readonly kind: "loki";
  /** Of each Loki, `1Gi` or more: all that it keeps, or with a bucket what is not there yet. It grows in place and never shrinks. */
  readonly disk: Quantity;
  readonly bucket?: Bucket;
}

/** Where what stands elsewhere answers, and how it is entered. */
interface Elsewhere {
  /** `https://logs.example.com`; over plain http only to a Service of the cluster. */
  readonly url: string;
  /** Where it answers, for network policies. */
  readonly at: readonly Destination[];
  /** Its user, and where the password is: in a Secret beside the agents, in `kube-system`. */
  readonly user?: { readonly name: string; readonly password: CredentialFile };
  /** Who signed its certificate, if not everybody knows: a key of a Secret beside the agents. */
  readonly authority?: CredentialFile;
}

/** Indices of Elasticsearch, in data streams of a container and a tenant each: `logs-order_lines.otel-shop`, since it takes no `-` in the first. How long is its own policy's. */
interface InElasticsearch extends Elsewhere {
  readonly kind: "elasticsearch";
}

/** Anything that takes logs by OpenTelemetry's protocol over HTTP; `/v1/logs` is added to the url. The tenant is in `X-Scope-OrgID`. */
interface ByProtocol extends Elsewhere {
  readonly kind: "otlp";
}

export type LogStore = InLoki | InElasticsearch | ByProtocol;

export interface LoggingArgs {
  /** Of Loki. Agents are in `kube-system`. */
  readonly namespace: Namespace;
  /** Zones that Loki may run in, each once. */
  readonly zones: readonly string[];
  readonly store: LogStore;
  /** How long logs of the tenant `platform` are kept, which every namespace belongs to that is no other tenant's; `24h` to `730d`. */
  readonly retention: Duration;
  /** Other tenants by name, a DNS label. None by default. */
  readonly tenants?: Readonly<Record<string, Tenant>>;
  /**
   * What others than agents write, by the tenant that it is kept under, and for how long, as `{ audit: "400d" }`: see {@link Logging.intake}. Of
   * Loki alone; none by default.
   */
  readonly records?: Readonly<Record<string, Duration>>;
  /**
   * More fields whose values never leave the node, at any depth of a JSON line, in lower camel case: `cardNumber` is also `card_number`.
   * None by default; what {@link PERSONAL} lists is always dropped. E-mail addresses are masked in every text, whatever the field.
   */
  readonly alsoDropped?: readonly string[];
  /** Of each agent, 50m to 500m processor and 128Mi to 256Mi by default; of each Loki, 100m to 1 and 512Mi. */
  readonly resources?: { readonly agent?: Resources; readonly loki?: Resources };
  /** Keeps Loki's disks when the stack is destroyed; true by default. */
  readonly retain?: boolean;
  /** Where people read `docs/runbooks`: every alert leads to its section. */
  readonly runbooks?: string;
  readonly transform?: {
    readonly agent?: Transform<types.input.apps.v1.DaemonSet>;
    readonly loki?: Transform<types.input.apps.v1.StatefulSet>;
  };
}

/** Parts of names of fields that name or find a person, or let one in: such are never sent, whatever else is dropped. */
export const PERSONAL: readonly string[] = [
  "email",
  "eMail",
  "phone",
  "address",
  "addr",
  "forwardedFor",
  "firstName",
  "lastName",
  "fullName",
  "birthDate",
  "dateOfBirth",
  "nationalId",
  "passport",
  "iban",
  "cardNumber",
  "cvv",
  "ip",
  "ipAddress",
  "password",
  "secret",
  "token",
  "apiKey",
  "authorization",
  "cookie",
];

const AGENT: Resources = { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "500m", memory: "256Mi" } };
export const LOKI: Resources = { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: "1", memory: "512Mi" } };

/** The arguments with every default filled in. */
export function complete(args: LoggingArgs) {
  return {
    retain: true,
    alsoDropped: [] as readonly string[],
    ...args,
    tenants: args.tenants ?? {},
    records: args.records ?? {},
    resources: { agent: AGENT, loki: LOKI, ...args.resources },
  };
}

export type CompleteArgs = ReturnType<typeof complete>;

/** Those of a Logging that runs Loki. */
export type LokiArgs = Omit<CompleteArgs, "store"> & { readonly store: InLoki };
