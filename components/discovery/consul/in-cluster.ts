import type { types } from "@pulumi/kubernetes";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { Job } from "@pulumi/kubernetes/batch/v1/job.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole.js";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding.js";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { checksum } from "../../core/checksum.ts";
import { type Children, keeping } from "../../core/component.ts";
import { labels } from "../../core/labels.ts";
import { serverAccountPlan } from "../../core/server-account.ts";
import type { CredentialFile } from "../../core/usage.ts";
import { setWithClaims } from "../../data/claims.ts";
import { PASSWORD } from "../../data/credential.ts";
import { Certificate } from "../../edge/certificate.ts";
import { bindingPlan, rolePlan } from "../../observability/monitoring/rights-plan.ts";
import { StoreMonitoring } from "../../observability/store-monitoring.ts";
import { type StubDomain, stubDomain } from "../stub-domain.ts";
import { accessorOf, gossipKey, type Holder, holders, type Token, tokensData, uuidOf } from "./acl.ts";
import type { CompleteConsul, CompleteSync, ConsulArgs } from "./args.ts";
import { SYNC_RULES, syncPlan } from "./catalog-sync-plan.ts";
import { host, names, PORTS, secretConfig, serverConfig, serverHosts } from "./config.ts";
import { watched } from "./monitoring.ts";
import { networkPlans } from "./network-plan.ts";
import { apiServicePlan, budgetPlan, dnsServicePlan, nodesServicePlan, SERVER, serversPlan } from "./plan.ts";
import { setupFiles, setupPlan } from "./setup-plan.ts";

/** What servers begin with, and what the set-up makes tokens of. */
interface Secrets {
  readonly gossip: pulumi.Output<string>;
  readonly management: pulumi.Output<string>;
  readonly tokens: Readonly<Partial<Record<Holder, pulumi.Output<Token>>>>;
}

/**
 * Servers of Consul that agree by majority, one in each zone: TLS by certificates of `issuer` in both directions, gossip by a key, and who
 * has no token sees what DNS tells everybody and no more.
 */
export class InCluster {
  /** Where the API is, over TLS. */
  readonly endpoint: string;
  readonly stubDomain: pulumi.Output<StubDomain>;
  /** The token that may do everything: for people in need, and to make others by. */
  readonly management: CredentialFile;
  /** What agents outside of the cluster are given: the Secret with `gossip` and `token`; undefined without `agents`. */
  readonly agents: { readonly secret: string } | undefined;
  readonly setup: pulumi.Resource;
  readonly #name: string;
  readonly #args: CompleteConsul;
  readonly #children: Children;

  constructor(name: string, args: CompleteConsul, children: Children, transform: ConsulArgs["transform"]) {
    const { retain, issuer } = args;
    const namespace = args.namespace.name;
    const { server, nodes, dns, setup, management, agents } = names(name);
    this.#name = name;
    this.#args = args;
    this.#children = children;
    this.endpoint = `https://${host(name, namespace)}:${PORTS.api}`;
    this.management = { secret: management, key: "token" };
    this.agents = args.agents.length > 0 ? { secret: agents } : undefined;

    const certificate = new Certificate(
      server,
      { namespace: args.namespace, issuer, hosts: serverHosts(name, args) },
      { parent: children.component },
    );
    const secrets = this.#draw();
    const before = [
      certificate,
      this.#files(server, { "server.json": `${JSON.stringify(serverConfig(name, args), undefined, 1)}\n` }),
      ...this.#secrets(secrets),
      ...this.#networks(),
      new ServiceAccount(...children.child(name, serverAccountPlan(name, namespace))),
    ];
    new Service(...children.child(nodes, nodesServicePlan(name, namespace)));
    const set = setWithClaims(
      `Discovery "${name}"`,
      children.child(server, serversPlan(name, args), transform?.servers, { ...keeping(retain), dependsOn: before }),
      children.options(keeping(retain)),
    );
    const after = { dependsOn: set };
    new Service(...children.child(name, apiServicePlan(name, namespace), undefined, after));
    const resolver = new Service(...children.child(dns, dnsServicePlan(name, namespace), undefined, after));
    new PodDisruptionBudget(...children.child(server, budgetPlan(name, namespace)));
    this.stubDomain = resolver.spec.apply(({ clusterIP }) => stubDomain(args.domain, clusterIP));
    this.setup = this.#setUp(setup, [set, ...before], transform?.setup);
    if (args.catalogSync) this.#sync(args.catalogSync, transform?.catalogSync);
    const watch = { ...watched(name, args), namespace: args.namespace, runbooks: args.runbooks };
    new StoreMonitoring(name, watch, { parent: children.component, dependsOn: set });
  }

  #draw(): Secrets {
    const { rotation } = this.#args;
    const draw = (what: string, keepers: Record<string, string> = {}) =>
      new RandomPassword(...this.#children.child(`${this.#name}-${what}`, { ...PASSWORD, keepers })).result;
    const token = (holder: Holder) => ({
      accessor: accessorOf(this.#name, this.#args, holder),
      secret: draw(`token-${holder}`, { rotation: String(rotation) }).apply(uuidOf),
    });
    return {
      // Neither is changed by a new number: every server knows the one, and the other is asked for at the very first start alone.
      gossip: pulumi.secret(draw("gossip").apply(gossipKey)),
      management: pulumi.secret(draw("management").apply(uuidOf)),
      tokens: Object.fromEntries(
        holders(this.#args).map((holder) => [holder, pulumi.secret(pulumi.output(token(holder)))]),
      ),
    };
  }

  /** For the servers, for the set-up, and for each who shows a token. */
  #secrets({ gossip, management, tokens }: Secrets): Secret[] {
    const { secrets, tokens: files, management: managing, agents, metrics, sync } = names(this.#name);
    const made = (name: string, content: Pick<types.input.core.v1.Secret, "data" | "stringData">) =>
      new Secret(...this.#children.child(name, { metadata: this.#metadata(name), ...content }));
    const secret = (name: string, stringData: Record<string, pulumi.Input<string>>) =>
      made(name, { stringData: pulumi.secret(stringData) });
    const { servers: agent, ...others } = tokens;
    const shown = { agents, metrics, sync } as const;
    const of = (holder: keyof typeof shown, token: pulumi.Output<Token>) =>
      secret(shown[holder], {
        token: token.apply((one) => one.secret),
        ...(holder === "agents" && { gossip }),
      });
    const config = pulumi
      .all([gossip, management, agent as pulumi.Output<Token>])
      .apply(([key, token, own]) =>
        JSON.stringify(secretConfig({ gossip: key, management: token, agent: own.secret })),
      );
    return [
      secret(secrets, { "secrets.json": config }),
      secret(managing, { token: management }),
      made(files, {
        data: pulumi.secret(
          pulumi.all([management, pulumi.output(tokens)]).apply(([token, all]) => tokensData(this.#name, token, all)),
        ),
      }),
      ...Object.entries(others).map(([holder, token]) => of(holder as keyof typeof shown, token)),
    ];
  }

  /** The Job runs again under another name when what is declared changes, or tokens do. */
  #setUp(setup: string, after: pulumi.Resource[], transform: NonNullable<ConsulArgs["transform"]>["setup"]): Job {
    const { rotation, namespace } = this.#args;
    const files = setupFiles(this.#name, this.#args);
    const id = checksum({ files, rotation, holders: holders(this.#args) }).slice(0, 8);
    const before = [
      this.#files(setup, files),
      new ServiceAccount(...this.#children.child(setup, serverAccountPlan(setup, namespace.name))),
    ];
    const plan = setupPlan(this.#name, `${setup}-${id}`, this.#args);
    return new Job(...this.#children.child(setup, plan, transform, { dependsOn: [...after, ...before] }));
  }

  #sync(sync: CompleteSync, transform: NonNullable<ConsulArgs["transform"]>["catalogSync"]): void {
    const { sync: name } = names(this.#name);
    const namespace = this.#args.namespace.name;
    const account = new ServiceAccount(
      ...this.#children.child(name, { metadata: this.#metadata(name), automountServiceAccountToken: false }),
    );
    const role = new ClusterRole(...this.#children.child(name, rolePlan(name, namespace, SYNC_RULES)));
    const binding = new ClusterRoleBinding(
      ...this.#children.child(name, bindingPlan(name, namespace), undefined, { dependsOn: role }),
    );
    new Deployment(
      ...this.#children.child(name, syncPlan(this.#name, this.#args, sync), transform, {
        dependsOn: [account, binding, this.setup],
      }),
    );
  }

  #networks(): NetworkPolicy[] {
    return Object.entries(networkPlans(this.#name, this.#args)).map(
      ([policy, spec]) =>
        new NetworkPolicy(...this.#children.child(policy, { metadata: this.#metadata(policy), spec })),
    );
  }

  #files(name: string, data: Record<string, string>): ConfigMap {
    return new ConfigMap(...this.#children.child(name, { metadata: this.#metadata(name), data }));
  }

  #metadata(name: string) {
    return { name, namespace: this.#args.namespace.name, labels: labels(this.#name, SERVER) };
  }
}
