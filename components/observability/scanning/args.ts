import type { types } from "@pulumi/kubernetes";
import type { Namespace } from "../../cluster/namespace.ts";
import type { Duration } from "../../core/duration.ts";
import type { Transform } from "../../core/transform.ts";
import type { KeyFile } from "../alerting/receiver.ts";

/** What `plumbline scan --format json` has written, where a pipeline leaves it. */
export interface ScanReport {
  /** An `https://` address without a user, a query or a fragment. Redirects are not followed: the token would go with them. */
  readonly url: string;
  /** A bearer token, in a Secret of the namespace. None by default. */
  readonly token?: KeyFile;
}

/** A SonarQube that is there already, and the projects whose quality gates are told of. */
export interface SonarQube {
  /** An `https://` address, or a Service of the cluster with its port. */
  readonly url: string;
  /** Their keys in SonarQube, each once. */
  readonly projects: readonly string[];
  /** Of a user who may browse the projects, in a Secret of the namespace. */
  readonly token: KeyFile;
}

/** What Snyk watches in an organisation: its first hundred projects. */
export interface Snyk {
  /** The organisation's id, a UUID. */
  readonly organisation: string;
  /** Of a service account that may view the organisation, in a Secret of the namespace. */
  readonly token: KeyFile;
  /** `https://api.snyk.io` by default, which is in the USA. */
  readonly url?: string;
}

export interface ScanningArgs {
  /** The one whose dashboards show what is found, and in which reports are read. */
  readonly namespace: Namespace;
  /** Zones that its pod may run in, each once. */
  readonly zones: readonly string[];
  /** The namespace of Trivy's operator, by which the images that run are scanned: `TRIVY_OPERATOR.namespace` where a `Cluster` installs it. */
  readonly scanner?: string;
  /** Reports of pipelines by name, a DNS label: what was found before anything runs. */
  readonly reports?: Readonly<Record<string, ScanReport>>;
  readonly sonarQube?: SonarQube;
  readonly snyk?: Snyk;
  /** How old a report may be before somebody is told, `1h` to `90d`; `36h` by default, for a pipeline that runs each night. */
  readonly maxAge?: Duration;
  /** Where people read `docs/runbooks`. */
  readonly runbooks?: string;
  readonly transform?: { readonly reader?: Transform<types.input.apps.v1.Deployment> };
}

/** The arguments with every default filled in. */
export function complete({ maxAge = "36h", reports = {}, ...args }: ScanningArgs) {
  return { ...args, reports, maxAge };
}

export type CompleteScanning = ReturnType<typeof complete>;
