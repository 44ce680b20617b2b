import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../../core/component.ts";
import { refuse } from "../../core/invalid.ts";
import { labels } from "../../core/labels.ts";
import { serverAccountPlan } from "../../core/server-account.ts";
import { refuseShape } from "../../core/shape.ts";
import { StoreMonitoring } from "../store-monitoring.ts";
import { type CompleteScanning, complete, type ScanningArgs } from "./args.ts";
import { scanningWatched } from "./images.ts";
import { SHAPES, scanningProblems } from "./problems.ts";
import { readerConfig, readings } from "./reader-config.ts";
import { readerName, readerNetworkPlan, readerPlan } from "./reader-plan.ts";
import { resultsWatched } from "./results.ts";

/**
 * Has what scanners find shown and told: Trivy's operator in the images that run (`scanner`), pipelines before anything runs (`reports`),
 * SonarQube and Snyk by their tokens. See docs/scanning.md.
 */
export class Scanning extends Component {
  constructor(name: string, args: ScanningArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`Scanning "${name}"`, args, SHAPES);
    const full = complete(args);
    refuse(`Scanning "${name}"`, scanningProblems(name, full));
    super("observability:Scanning", name, opts, [args.namespace]);
    const { namespace, scanner, runbooks } = full;
    if (scanner !== undefined) {
      const watched = { namespace, podsIn: scanner, runbooks, ...scanningWatched(scanner) };
      new StoreMonitoring(name, watched, this.childOptions());
    }
    if (readings(full).length > 0) this.#read(name, full);
    this.registerOutputs({});
  }

  #read(name: string, args: CompleteScanning): void {
    const own = readerName(name);
    const { namespace, runbooks } = args;
    const metadata = { name: own, namespace: namespace.name, labels: labels(own) };
    const data = { "config.json": JSON.stringify(readerConfig(args), null, 2) };
    const before = [
      new ServiceAccount(...this.child(own, serverAccountPlan(own, namespace.name))),
      new ConfigMap(...this.child(own, { metadata, data })),
      new NetworkPolicy(...this.child(own, { metadata, spec: readerNetworkPlan(name, args) })),
    ];
    const plan = readerPlan(name, args);
    const reader = new Deployment(...this.child(own, plan, args.transform?.reader, { dependsOn: before }));
    const watched = { namespace, runbooks, ...resultsWatched(name, namespace.name, args) };
    new StoreMonitoring(`${name}-results`, watched, this.childOptions({ dependsOn: reader }));
  }
}
