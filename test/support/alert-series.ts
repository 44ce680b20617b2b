import type { Namespace } from "../../components/cluster/index.ts";
import type { Issuer } from "../../components/edge/issuer.ts";
import type { Watched } from "../../components/observability/store-monitoring.ts";

/** What every store of these tests is given. */
export const STORE = { namespace: { name: "data" } as Namespace, issuer: {} as Issuer, zones: ["a", "b", "c"] };

/** Values over half an hour, one a minute, by series: `5x30` stays at 5, `0+60x30` grows by one a second. */
export type Series = Readonly<Record<string, string>>;
export interface Told {
  readonly fires: Series;
  readonly silent: Series;
  /** Where what it asks for is not known, and it fires too. */
  readonly without?: Series;
}
/** A store, and for each of its alerts series on which it fires and others on which it is silent. */
export interface Tried {
  readonly watched: Watched;
  readonly told: Readonly<Record<string, Told>>;
}

export const one = (series: string, value: string): Series => ({ [series]: value });
/** A claim's disk, of which so many hundredths are free. */
export const disk = (claim: string, free: number): Series => ({
  [`kubelet_volume_stats_available_bytes{namespace="data",persistentvolumeclaim="${claim}"}`]: `${free}x60`,
  [`kubelet_volume_stats_capacity_bytes{namespace="data",persistentvolumeclaim="${claim}"}`]: "100x60",
});
