import type { OpenPorts } from "../namespace-plan.ts";

/** A controller that the cluster needs once: what it is, where it comes from, what it may do. */
export interface Operator {
  readonly name: string;
  readonly title: string;
  /** Version of the project; the custom resources that components write are checked against its CRDs. */
  readonly version: string;
  readonly namespace: string;
  readonly chart: Chart;
  /**
   * Where the CRDs of this version come from: a pinned Go module and the folder in it, or a pinned artifact of Maven with the classes that
   * they are made from.
   */
  readonly crds: { readonly module: string; readonly folder: string } | { readonly artifact: string };
  /** API groups of those CRDs. */
  readonly groups: readonly string[];
  /** What it may do in the whole cluster, beyond its own resources and namespace. */
  readonly rights: string;
  readonly openPorts: OpenPorts;
  /** Changes an object of its chart, where no value of that does; gives others as they are. */
  readonly change?: (object: ChartObject) => ChartObject;
}

/** An object of Kubernetes as a chart makes it. */
export interface ChartObject {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string };
  readonly [field: string]: unknown;
}

interface Chart {
  /** Name in the repository, or an `oci://` address. */
  readonly chart: string;
  readonly repository?: string;
  readonly version: string;
  /** Values that differ from the chart's own. CRDs outlive the chart: an uninstall must never take the data with it. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** The API server, by which every operator works. */
export const API_SERVER_PORTS = [443, 6443];
