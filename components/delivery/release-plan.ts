import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Manifest, waitFor } from "../core/custom-resource.ts";
import { type Duration, milliseconds, seconds } from "../core/duration.ts";
import type { Objectives } from "../core/objectives.ts";
import { hundredths } from "../core/percent.ts";
import { analysisOf } from "./objective-queries.ts";
import { ANALYSIS_INTERVAL, type Analysis, type BlueGreen, type Canary, type Metric } from "./release.ts";

/** The fields of a release of our controller that we set (`controller/config/crd.yaml`). */
export type ReleaseManifest = Manifest<
  "delivery.plumbline.dev/v1alpha1",
  "Release",
  Pick<DeploymentSpec, "replicas" | "selector" | "template" | "revisionHistoryLimit" | "progressDeadlineSeconds"> & {
    strategy: { blueGreen: BlueGreenStrategy } | { canary: { steps: { weight: number; holdSeconds: number }[] } };
    analysis?: { intervalSeconds: number; failureLimit: number; metrics: Metric[] };
  }
>;

type DeploymentSpec = types.input.apps.v1.DeploymentSpec;

interface BlueGreenStrategy {
  services: pulumi.Input<string[]>;
  bakeSeconds: number;
}

/** What an autoscaler scales. */
export const RELEASE_KIND = { apiVersion: "delivery.plumbline.dev/v1alpha1", kind: "Release" } as const;
/** What the controller changes at a service: the engine says it once, when it makes the service. */
export const SERVICE_SELECTOR = "spec.selector";
/** To start the last replicas, to drain the old ones, and for a controller that was away. */
const SLACK: Duration = "5m";

/** A deployment's pods under a release instead. `services` are switched by a blue-green one; `objectives` may judge it. */
export function releasePlan(
  { metadata, spec }: { metadata: ReleaseManifest["metadata"]; spec: DeploymentSpec },
  release: BlueGreen | Canary,
  services: pulumi.Input<string[]>,
  objectives: Objectives = {},
): ReleaseManifest {
  const analysis = analysisOf(release, objectives);
  const { replicas, selector, template, revisionHistoryLimit, progressDeadlineSeconds } = spec;
  return {
    ...RELEASE_KIND,
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...waitFor("Ready") } },
    spec: {
      selector,
      template,
      ...(replicas !== undefined && { replicas }),
      ...(revisionHistoryLimit !== undefined && { revisionHistoryLimit }),
      ...(progressDeadlineSeconds !== undefined && { progressDeadlineSeconds }),
      strategy: strategyPlan(release, services),
      ...(analysis && { analysis: analysisPlan(analysis) }),
    },
  };
}

/** The longest that a release may take, when its replicas take `start` to be ready: an engine waits so long. */
export function releaseTime(release: BlueGreen | Canary, start: Duration): Duration {
  const spans = release.kind === "blueGreen" ? [release.bakeTime] : release.steps.map(() => release.hold);
  const held = spans.reduce((sum, span) => sum + milliseconds(span), 0);
  // Every step starts replicas of its own, and so does the whole.
  const starts = (release.kind === "blueGreen" ? 1 : spans.length + 1) * milliseconds(start);
  return `${held + starts + milliseconds(SLACK)}ms`;
}

function strategyPlan(
  release: BlueGreen | Canary,
  services: pulumi.Input<string[]>,
): ReleaseManifest["spec"]["strategy"] {
  if (release.kind === "blueGreen") return { blueGreen: { services, bakeSeconds: seconds(release.bakeTime) } };
  const holdSeconds = seconds(release.hold);
  return { canary: { steps: release.steps.map((step) => ({ weight: hundredths(step), holdSeconds })) } };
}

function analysisPlan({ metrics, interval = ANALYSIS_INTERVAL, failureLimit = 0 }: Analysis) {
  return {
    intervalSeconds: seconds(interval),
    failureLimit,
    metrics: metrics.map(({ name, query, max, min }) => ({
      name,
      query,
      ...(max !== undefined && { max }),
      ...(min !== undefined && { min }),
    })),
  };
}
