import type * as pulumi from "@pulumi/pulumi";
import type { Namespace } from "../../cluster/namespace.ts";
import { Component } from "../../core/component.ts";
import { type Problem, refuse } from "../../core/invalid.ts";
import { isDnsLabel } from "../../core/names.ts";
import { runbooksProblems } from "../runbook.ts";
import { StoreMonitoring } from "../store-monitoring.ts";
import { scanningWatched } from "./plan.ts";

export interface ScanningArgs {
  /** The one whose dashboards show what is found. */
  readonly namespace: Namespace;
  /** Where Trivy's operator is, which is there already: `trivy-system` by its own documentation. */
  readonly scanner: string;
  /** Where people read `docs/runbooks`. */
  readonly runbooks?: string;
}

/**
 * Has what Trivy's operator finds in the images of a cluster read, shown and told. The operator is installed by its own chart: see
 * docs/images.md.
 */
export class Scanning extends Component {
  constructor(name: string, args: ScanningArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`Scanning "${name}"`, problems(args));
    super("observability:Scanning", name, opts);
    const { namespace, scanner, runbooks } = args;
    const watched = {
      namespace,
      podsIn: scanner,
      ...(runbooks !== undefined && { runbooks }),
      ...scanningWatched(scanner),
    };
    new StoreMonitoring(name, watched, this.childOptions());
    this.registerOutputs({});
  }
}

function problems({ scanner, runbooks }: ScanningArgs): Problem[] {
  const named = isDnsLabel(scanner) ? [] : [{ field: "scanner", given: scanner, allowed: "the name of a namespace" }];
  return [...named, ...runbooksProblems(runbooks)];
}
