import type { types } from "@pulumi/kubernetes";
import type { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet.js";
import { Job } from "@pulumi/kubernetes/batch/v1/job.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { checksum } from "../../core/checksum.ts";
import { type Children, keeping } from "../../core/component.ts";
import { labels, selector } from "../../core/labels.ts";
import { Ledger } from "../../core/ledger.ts";
import { serverAccountPlan } from "../../core/server-account.ts";
import type { Transform } from "../../core/transform.ts";
import type { Consumer, Grant, Pods } from "../../core/usage.ts";
import { Certificate } from "../../edge/certificate.ts";
import { StoreMonitoring } from "../../observability/store-monitoring.ts";
import { DEFAULT_ENCRYPTION } from "../backup-shape.ts";
import { setWithClaims } from "../claims.ts";
import { PASSWORD } from "../credential.ts";
import { accessKey } from "./access-key.ts";
import { type CompleteArgs, expiryOf, type ObjectStoreArgs } from "./args.ts";
import { configFiles, names, PORTS, REGION, scripts, securityToml, serverHosts } from "./config.ts";
import { type Access, type Identity, identitiesJson } from "./identities.ts";
import { watched } from "./monitoring.ts";
import { budgetPlan, endpoint, headlessServicePlan, networkPlans, servicePlan } from "./network-plan.ts";
import type { Server } from "./server.ts";
import { SERVER, serversPlan } from "./server-plan.ts";
import { SETUP, setupPlan } from "./setup-plan.ts";
import { VOLUME, volumesPlan } from "./volume-plan.ts";

/** A consumer's identity before its key is known. */
type Entry = Access & { readonly accessKey: pulumi.Output<string>; readonly secretKey: pulumi.Output<string> };

/**
 * Run as SeaweedFS: every object has a copy in two zones, what is known of it is agreed on by a majority of three, and a write is
 * acknowledged when both are so: the loss of any one node or zone loses none. TLS throughout; servers know each other by certificate,
 * consumers by an access key of their own for each bucket.
 */
export class InCluster implements Server {
  readonly endpoint: string;
  readonly encryption = DEFAULT_ENCRYPTION;
  readonly #name: string;
  readonly #children: Children;
  readonly #args: CompleteArgs;
  readonly #consumers: Ledger<Pods>;
  readonly #identities: Ledger<Entry>;
  readonly #setup: Job;

  constructor(name: string, args: CompleteArgs, children: Children, transform: ObjectStoreArgs["transform"]) {
    const { retain } = args;
    const namespace = args.namespace.name;
    this.#name = name;
    this.#args = args;
    this.#children = children;
    this.#consumers = new Ledger(`ObjectStore "${name}"`);
    this.#identities = new Ledger(`ObjectStore "${name}"`);
    this.endpoint = endpoint(name, args);

    const { server, volume, config } = names(name);
    const hosts = serverHosts(name, args);
    const certificate = new Certificate(
      server,
      { namespace: args.namespace, issuer: args.issuer, hosts, commonName: server },
      { parent: children.component },
    );
    const before = [
      certificate,
      this.#configMap(config, configFiles()),
      this.#configMap(`${config}-scripts`, scripts(args)),
      ...this.#secrets(),
      ...this.#networks(),
      new ServiceAccount(...children.child(name, serverAccountPlan(name, namespace))),
    ];
    for (const part of [SERVER, VOLUME] as const) {
      new Service(...children.child(names(name)[part], headlessServicePlan(name, part, args)));
      new PodDisruptionBudget(...children.child(names(name)[part], budgetPlan(name, part, args)));
    }
    const kept = { ...keeping(retain), dependsOn: before };
    const set = (plan: types.input.apps.v1.StatefulSet, of: string, change?: Transform<typeof plan>) =>
      setWithClaims(`ObjectStore "${name}"`, children.child(of, plan, change, kept), children.options(keeping(retain)));
    const sets = [
      set(serversPlan(name, args), server, transform?.servers),
      set(volumesPlan(name, args), volume, transform?.volumes),
    ];
    new Service(...children.child(name, servicePlan(name, args), undefined, { dependsOn: sets }));
    this.#setup = this.#setUp(sets, transform?.setup);
    const watch = { ...watched(name, args), namespace: args.namespace, runbooks: args.runbooks };
    new StoreMonitoring(name, watch, { parent: children.component, dependsOn: sets });
  }

  bucketName(bucket: string): string {
    return bucket;
  }

  deletedFor(bucket: string): "ever" | undefined {
    return this.#args.buckets[bucket]?.versioned ? "ever" : undefined;
  }

  grant({ bucket, right }: Pick<Access, "bucket" | "right">, consumer: Consumer): Grant {
    const { namespace, issuer, rotation } = this.#args;
    const { name, namespace: home, podLabels } = consumer;
    const key = accessKey({ name: `${this.#name}-${bucket}-${name}`, consumer, rotation });
    this.#consumers.add({ namespace: home, podLabels });
    this.#identities.add({ bucket, right, consumer: name, namespace: home, accessKey: key.id, secretKey: key.secret });
    return {
      environment: { ENDPOINT: this.endpoint, NAME: bucket, REGION },
      files: key.files,
      issuer,
      peers: [{ namespace: namespace.name, podLabels: selector(this.#name, SERVER), port: PORTS.s3 }],
      dependsOn: [this.#setup, key.resource],
      revision: String(rotation),
    };
  }

  /** The servers' own keys, and every consumer's identity. */
  #secrets(): Secret[] {
    const { security, identities } = names(this.#name);
    // They change with no rotation: while servers start anew one by one, those with the old ones would refuse the others.
    const key = (of: string) => new RandomPassword(...this.#children.child(`${security}-${of}`, PASSWORD)).result;
    const toml = pulumi
      .all([key("volumes"), key("filers"), key("objects")])
      .apply(([volumes, filers, objects]) => securityToml(this.#name, { volumes, filers, objects }));
    const json = this.#identities.entries.apply((all) => identitiesJson(all as readonly Identity[]));
    const secret = (
      name: string,
      stringData: Record<string, pulumi.Input<string>>,
      options: pulumi.CustomResourceOptions = {},
    ) =>
      new Secret(
        ...this.#children.child(name, { metadata: this.#metadata(name, SERVER), stringData }, undefined, options),
      );
    return [
      // It stays as long as the objects do: those that are encrypted cannot be read without it.
      secret(security, { "security.toml": pulumi.secret(toml) }, keeping(this.#args.retain)),
      secret(identities, { "s3.json": pulumi.secret(json) }),
    ];
  }

  /** The Job that makes the buckets; it runs again under another name when any of them changes. */
  #setUp(sets: readonly StatefulSet[], transform: Transform<types.input.batch.v1.Job> | undefined): Job {
    const { setup } = names(this.#name);
    const buckets = Object.entries(this.#args.buckets).map(([bucket, args]) => {
      return [bucket, { ...args, expireAfter: expiryOf(this.#args, args) }] as const;
    });
    const id = checksum(Object.fromEntries(buckets)).slice(0, 8);
    const plan = setupPlan(this.#name, this.#args, `${setup}-${id}`);
    return new Job(...this.#children.child(setup, plan, transform, { dependsOn: [...sets] }));
  }

  #configMap(name: string, data: Record<string, string>): ConfigMap {
    return new ConfigMap(...this.#children.child(name, { metadata: this.#metadata(name, SERVER), data }));
  }

  #networks(): NetworkPolicy[] {
    const plans = this.#consumers.entries.apply((all) => networkPlans(this.#name, this.#args, all));
    return ([SERVER, VOLUME, SETUP] as const).map((part) => {
      const name = `${this.#name}-${part}`;
      return new NetworkPolicy(
        ...this.#children.child(name, { metadata: this.#metadata(name, part), spec: plans[part] }),
      );
    });
  }

  #metadata(name: string, part: string) {
    return { name, namespace: this.#args.namespace.name, labels: labels(this.#name, part) };
  }
}
