import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import * as pulumi from "@pulumi/pulumi";
import { Component, keeping } from "../../core/component.ts";
import { refuse } from "../../core/invalid.ts";
import { labels, selector } from "../../core/labels.ts";
import { Ledger } from "../../core/ledger.ts";
import { serverAccountPlan } from "../../core/server-account.ts";
import { refuseShape } from "../../core/shape.ts";
import { type Queryable, queryable } from "../../core/source.ts";
import type { Pods } from "../../core/usage.ts";
import { setWithClaims } from "../../data/claims.ts";
import { type BucketAccess, bucketAccess } from "../../data/object-store/bucket-access.ts";
import type { Profiles } from "../../workload/profiles.ts";
import { StoreMonitoring } from "../store-monitoring.ts";
import { type Kept, tenantOf, tenantsConfig } from "../tenants.ts";
import { watched } from "./alerts.ts";
import { type CompleteArgs, complete, type ProfilingArgs } from "./args.ts";
import { PORTS, pyroscopeConfig } from "./config.ts";
import { type Part, partsOf } from "./needs.ts";
import { networkPlan } from "./network-plan.ts";
import { budgetPlan, facing, hostsOf, partName, servicePlans, setPlan } from "./plan.ts";
import { profilingProblems, SHAPES } from "./problems.ts";

/**
 * Where profiles go: Pyroscope, which keeps what services send it of where their time goes, and answers. A service is given it as
 * `profiles: profiling`, and what looks profiles up uses `profiling.query`.
 */
export class Profiling extends Component implements Profiles {
  readonly endpoint: string;
  /** Pyroscope's API: `PROFILES_URL` for who uses it; a request names its tenants, `shop|platform`, in `X-Scope-OrgID`. */
  readonly query: Queryable;
  readonly #tenants: Kept["tenants"];
  readonly #senders: Ledger<Pods>;
  readonly #readers: Ledger<Pods>;

  constructor(name: string, args: ProfilingArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`Profiling "${name}"`, args, SHAPES);
    const full = complete(args);
    refuse(`Profiling "${name}"`, profilingProblems(name, full));
    super("observability:Profiling", name, opts, [args.namespace]);
    const namespace = args.namespace.name;
    const { answers } = facing(full);
    this.endpoint = `http://${name}.${namespace}.svc:${PORTS.http}`;
    this.#tenants = full.tenants;
    this.#senders = new Ledger(`Profiling "${name}"`);
    this.#readers = new Ledger(`Profiling "${name}"`);
    this.query = queryable(name, {
      url: `http://${partName(name, { target: answers })}.${namespace}.svc:${PORTS.http}`,
      at: { namespace, podLabels: selector(name, answers), port: PORTS.http },
      readers: this.#readers,
      dependsOn: this.#make(name, full),
    });
    this.registerOutputs({ endpoint: this.endpoint });
  }

  /** Lets pods send their profiles. What was declared with `profiles: profiling` is let in by itself. */
  admit({ namespace, podLabels }: Pods): void {
    this.#senders.add({ namespace, podLabels });
  }

  tenantOf(namespace: string): string {
    return tenantOf(namespace, this.#tenants);
  }

  #make(name: string, args: CompleteArgs): StatefulSet[] {
    const namespace = args.namespace.name;
    const parts = partsOf(args.bucket !== undefined);
    const access = this.#access(name, args);
    const data = {
      "config.json": this.#config(name, args, access),
      "tenants.json": JSON.stringify(tenantsConfig(args), null, 2),
    };
    const metadata = { name, namespace, labels: labels(name) };
    const before: pulumi.Resource[] = [
      new ServiceAccount(...this.child(name, serverAccountPlan(name, namespace))),
      new ConfigMap(...this.child(name, { metadata, data })),
      ...servicePlans(name, args).map(
        (plan) => new Service(...this.child((plan.metadata as { name: string }).name, plan)),
      ),
      ...parts.map((part) => this.#network(name, part, args, access)),
      ...(access?.grant.dependsOn ?? []),
    ];
    const sets = parts.map((part) => this.#set(name, part, args, access, before));
    const watch = { ...watched(name, args), namespace: args.namespace, runbooks: args.runbooks };
    new StoreMonitoring(name, watch, this.childOptions({ dependsOn: sets }));
    return sets;
  }

  #set(name: string, part: Part, args: CompleteArgs, access: BucketAccess | undefined, dependsOn: pulumi.Resource[]) {
    const of = partName(name, part);
    new PodDisruptionBudget(...this.child(of, budgetPlan(name, part, args)));
    const kept = keeping(args.retain && part.hasDisk);
    const plan = setPlan(name, part, args, access);
    const child = this.child(of, plan, args.transform?.pyroscope, { ...kept, dependsOn });
    return part.hasDisk
      ? setWithClaims(`Profiling "${name}"`, child, this.childOptions(kept))
      : new StatefulSet(...child);
  }

  #network(name: string, part: Part, args: CompleteArgs, access: BucketAccess | undefined): NetworkPolicy {
    const metadata = { name: partName(name, part), namespace: args.namespace.name, labels: labels(name, part.target) };
    const bucket = access?.grant.peers ?? [];
    const spec = pulumi
      .all([this.#senders.entries, this.#readers.entries])
      .apply(([senders, readers]) => networkPlan(name, part, args, { senders, readers, bucket }));
    return new NetworkPolicy(...this.child(partName(name, part), { metadata, spec }));
  }

  #access(name: string, { namespace, bucket }: CompleteArgs): BucketAccess | undefined {
    if (bucket === undefined) return undefined;
    const most = partsOf(true).reduce((sum, { replicas }) => sum + replicas, 0);
    const pods = { name, namespace: namespace.name, podLabels: selector(name), maxReplicas: most };
    return bucketAccess(bucket, "owner", pods, this.children());
  }

  #config(name: string, args: CompleteArgs, access: BucketAccess | undefined): pulumi.Output<string> {
    const hosts = hostsOf(name, args);
    const { ENDPOINT: endpoint, REGION: region } = access?.grant.environment ?? {};
    return pulumi.output({ endpoint, region }).apply((known) => {
      const apart = access && { hosts, bucket: { ...known, name: access.bucketName } };
      return JSON.stringify(pyroscopeConfig(args, apart), null, 2);
    });
  }
}
