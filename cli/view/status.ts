import type { ClusterStatus } from "../../rehearsal/index.ts";
import type { Status } from "../commands/status.ts";
import type { Findings } from "../findings.ts";
import type { LastRun } from "../last-run.ts";
import type { Style } from "../report.ts";
import { driftLine } from "./engine-news.ts";
import { type Fact, factLines } from "./facts.ts";
import { lastingLines } from "./faults.ts";
import { ago, count, span, typed } from "./format.ts";
import { unsettledLines } from "./releases.ts";
import { standingFacts } from "./stands.ts";

/** `plumbline status`, for people. */
export function statusLines(status: Status, findings: Findings, style: Style, now = Date.now()): readonly string[] {
  const stands = standingFacts(findings, style);
  const releases = unsettledLines(status.releases ?? [], status.environment);
  const faults = lastingLines(status.faults ?? [], status.environment, now);
  const facts: readonly Fact[] = [
    ...(status.cluster ? clusterFacts(status.cluster, now) : []),
    ...(stands.length > 0 ? stands : [["Stack", "nothing stands"] as const]),
    ...(releases.length > 0 ? [["Releases", releases] as const] : []),
    ...(faults.length > 0 ? [["Faults", faults] as const] : []),
    ["Last up", status.lastRun ? lastRunText(status.lastRun, now) : "none on this machine"],
    ...(stands.length > 0 || status.drift === null ? [["Drift", driftText(status, now)] as const] : []),
  ];
  return ["", ...factLines(facts, style)];
}

/** `plumbline cluster status`, for people. */
export function clusterLines(cluster: ClusterStatus, style: Style, now = Date.now()): readonly string[] {
  return ["", ...factLines(clusterFacts(cluster, now), style)];
}

function clusterFacts(cluster: ClusterStatus, now: number): readonly Fact[] {
  const { context, phase, pending, version, startedAt, server, kubeconfig, pid, note } = cluster;
  const since = startedAt ? ` since ${span(now - startedAt.getTime())}` : "";
  return [
    ["Cluster", `${context}: ${phase}${since}${pending ? "; operators are starting" : ""}${note ? `; ${note}` : ""}`],
    ...(server ? [["Server", `${server}, Kubernetes ${version ?? "unknown"}, process ${pid}`] as const] : []),
    ...(kubeconfig ? [["Kubeconfig", kubeconfig] as const] : []),
  ];
}

function lastRunText({ at, result, outcome, milliseconds }: LastRun, now: number): string {
  const when = ago(now - Date.parse(at));
  const took = span(milliseconds);
  if (result === "interrupted") return `${when}: interrupted after ${took}`;
  return `${when}: ${result === "failed" ? "failed; " : ""}${outcome} (${took})`;
}

function driftText({ drift, lastRun, environment }: Status, now: number): string | readonly string[] {
  if (drift) return drift.length === 0 ? "none" : drift.map(driftLine);
  if (drift === null) return "not known: it could not be looked for";
  const look = `${typed("status", environment, "--drift")} looks now`;
  if (lastRun?.result !== "succeeded") return `not known; ${look}`;
  const then = lastRun.drift === 0 ? "none" : `${count(lastRun.drift, "resource")}, put back`;
  return `${then} at the last up, ${ago(now - Date.parse(lastRun.at))}; ${look}`;
}
