import { type Duration, durationProblems, isDuration, seconds } from "../core/duration.ts";
import type { Problem } from "../core/invalid.ts";
import { isDnsLabel } from "../core/names.ts";
import type { Objectives } from "../core/objectives.ts";
import { hundredths, isPercent, type Percent } from "../core/percent.ts";
import { wholeProblems } from "../core/whole.ts";
import { analysisOf } from "./objective-queries.ts";
import { ANALYSIS_INTERVAL, type Analysis, type Metric, type Release } from "./release.ts";

const SHORTEST: Duration = "1s";
/** A release that takes longer than a day is two versions that are both in production. */
const LONGEST: Duration = "24h";
const MOST_FAILURES = 100;
/** What the definition of a Release takes. */
const MOST_STEPS = 20;
const MOST_METRICS = 10;
const LONGEST_QUERY = 4_096;
const LONGEST_INTERVAL: Duration = "1h";
/** Stands for the names of the new version's pods in a query. */
const PODS = "{{pods}}";

/** Of the service that is released. */
interface Judging {
  readonly objectives?: Objectives;
  /** Why there can be no analysis, and what changes that; there can be one without. */
  readonly noAnalysis?: string | undefined;
}

/** What is wrong with a way to release a service; `field` is where it was given. */
export function releaseProblems(
  field: string,
  release: Release,
  { objectives = {}, noAnalysis }: Judging = {},
): Problem[] {
  if (release.kind === "rolling") return [];
  if (release.kind !== "blueGreen" && release.kind !== "canary")
    return [{ field, given: release, allowed: "rolling(), blueGreen(…) or canary(…)" }];
  const span = release.kind === "blueGreen" ? "bakeTime" : "hold";
  const length = release.kind === "blueGreen" ? release.bakeTime : release.hold;
  if (release.analysis !== undefined && noAnalysis !== undefined)
    return [{ field: `${field}.analysis`, given: release.analysis, allowed: `none: ${noAnalysis}` }];
  if (release.analysis === "objectives" && Object.keys(objectives).length === 0)
    return [
      { field: `${field}.analysis`, given: release.analysis, allowed: "objectives of the service to judge it by" },
    ];
  const analysis = analysisOf(release, objectives);
  return [
    ...durationProblems(`${field}.${span}`, length, SHORTEST, LONGEST),
    ...(release.kind === "canary" ? stepsProblems(`${field}.steps`, release.steps) : []),
    ...(analysis ? analysisProblems(`${field}.analysis`, analysis, length) : []),
  ];
}

function stepsProblems(field: string, steps: readonly Percent[]): Problem[] {
  if (!Array.isArray(steps) || steps.length === 0 || steps.length > MOST_STEPS)
    return [{ field, given: steps, allowed: `1 to ${MOST_STEPS} shares, as [5, 25, 50]; the whole follows the last` }];
  const shares = steps.map((step) => (isPercent(step) ? hundredths(step) : Number.NaN));
  return shares.flatMap((share, index) => {
    const given = steps[index];
    if (!Number.isInteger(share) || share < 1 || share > 99)
      return [{ field: `${field}[${index}]`, given, allowed: "a whole percentage from 1 to 99" }];
    const before = shares[index - 1];
    if (before === undefined || Number.isNaN(before) || share > before) return [];
    return [{ field: `${field}[${index}]`, given, allowed: `more than the step before it (${before})` }];
  });
}

function analysisProblems(field: string, analysis: Analysis, length: Duration): Problem[] {
  if (typeof analysis !== "object" || !Array.isArray(analysis.metrics))
    return [{ field, given: analysis, allowed: '"objectives", or { metrics: [{ name, query, max }] }' }];
  const { metrics, interval = ANALYSIS_INTERVAL, failureLimit = 0 } = analysis;
  const problems = metrics.flatMap((metric, index) => metricProblems(`${field}.metrics[${index}]`, metric));
  if (metrics.length === 0 || metrics.length > MOST_METRICS)
    problems.push({
      field: `${field}.metrics`,
      given: metrics.length,
      allowed: `1 to ${MOST_METRICS} metrics; or no analysis at all`,
    });
  for (const [index, { name }] of metrics.entries())
    if (metrics.findIndex((other) => other.name === name) !== index)
      problems.push({ field: `${field}.metrics[${index}].name`, given: name, allowed: "a name that no other has" });
  const tooLong = isDuration(interval) && isDuration(length) && seconds(interval) >= seconds(length);
  if (durationProblems("", interval, SHORTEST, LONGEST_INTERVAL).length > 0 || tooLong)
    problems.push({
      field: `${field}.interval`,
      given: interval,
      allowed: `a duration from "${SHORTEST}" to "${LONGEST_INTERVAL}", shorter than the ${length} in which the version is judged`,
    });
  return [...problems, ...wholeProblems(`${field}.failureLimit`, failureLimit, 0, MOST_FAILURES)];
}

function metricProblems(field: string, { name, query, max, min }: Metric): Problem[] {
  const problems: Problem[] = [];
  if (!isDnsLabel(name))
    problems.push({ field: `${field}.name`, given: name, allowed: 'a DNS label such as "error-rate"' });
  if (typeof query !== "string" || query.length > LONGEST_QUERY || !query.includes(PODS))
    problems.push({
      field: `${field}.query`,
      given: query,
      allowed: `a query of at most ${LONGEST_QUERY} letters with ${PODS} in it, as in pod=~"${PODS}": without it the old version is judged too`,
    });
  const bounds = [max, min].filter((bound) => bound !== undefined);
  if (bounds.length === 0 || !bounds.every(Number.isFinite))
    problems.push({ field: `${field}.max`, given: max ?? min, allowed: "a number as max, as min, or as both" });
  else if (max !== undefined && min !== undefined && max < min)
    problems.push({ field: `${field}.max`, given: max, allowed: `at least min (${min})` });
  return problems;
}
