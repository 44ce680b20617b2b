import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Namespace } from "../cluster/namespace.ts";
import { Component } from "../core/component.ts";
import { type Problem, refuse } from "../core/invalid.ts";
import { nameProblems } from "../core/names.ts";
import { type Objectives, objectiveProblems } from "../core/objectives.ts";
import type { Transform } from "../core/transform.ts";
import { objectivePlan } from "./objective-plan.ts";
import type { RulesManifest } from "./rules.ts";
import { runbooksProblems } from "./runbook.ts";

export interface ObjectiveArgs {
  readonly namespace: Namespace;
  /** What is promised: at least one. */
  readonly objectives: Objectives;
  /** Who is told: the label `team` of every alert. The namespace's name by default. */
  readonly team?: string | undefined;
  /** Where people read `docs/runbooks`, such as `https://git.example.com/platform/docs/runbooks`: every alert leads to its section. */
  readonly runbooks?: string | undefined;
  readonly transform?: { readonly rules?: Transform<RulesManifest> | undefined };
}

/**
 * Watches what a service promises: recording rules, alerts on how fast its error budget burns, and what is left of the budget. A
 * `Microservice` with `objectives` has one by itself. `name` is that of the service, which is the label `service` of its metrics.
 */
export class Objective extends Component {
  constructor(name: string, args: ObjectiveArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`Objective "${name}"`, problemsOf(name, args));
    super("observability:Objective", name, opts, [args.namespace]);
    const { namespace, team = namespace.name, transform } = args;
    const rules = objectivePlan(name, { ...args, namespace: namespace.name, team });
    new CustomResource(...this.child(`${name}-objectives`, rules, transform?.rules));
    this.registerOutputs({});
  }
}

function problemsOf(name: string, { objectives, team, runbooks }: ObjectiveArgs): Problem[] {
  const problems = [
    ...nameProblems("name", name),
    ...objectiveProblems(objectives),
    ...watcherProblems(team, runbooks),
  ];
  if (Object.keys(objectives.latency ?? {}).length > 0 || objectives.availability !== undefined) return problems;
  return [...problems, { field: "objectives", given: objectives, allowed: "availability, latency, or both" }];
}

/** What is wrong with who is told and what they read. */
export function watcherProblems(team: string | undefined, runbooks: string | undefined): Problem[] {
  return [...(team === undefined ? [] : nameProblems("team", team)), ...runbooksProblems(runbooks)];
}
