import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { Chart, type ChartArgs } from "@pulumi/kubernetes/helm/v4/chart.js";
import { Provider, type ProviderArgs } from "@pulumi/kubernetes/provider.js";
import { PriorityClass, type PriorityClassArgs } from "@pulumi/kubernetes/scheduling/v1/priorityClass.js";
import { CertManager, type CertManagerArgs } from "@pulumi/kubernetes-cert-manager/certManager.js";
import type * as pulumi from "@pulumi/pulumi";
import { hasEngine } from "@pulumi/pulumi/runtime/settings.js";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { Component } from "../core/component.ts";
import { refuse } from "../core/invalid.ts";
import { MANAGED } from "../core/labels.ts";
import { type Transform, transformed } from "../core/transform.ts";
import { Namespace } from "./namespace.ts";
import type { Quota } from "./namespace-plan.ts";
import {
  CERT_MANAGER,
  controlPlaneCertificates,
  countingEnvoyGateway,
  ENVOY_GATEWAY,
  HOLD_CERTIFICATES,
  homesOf,
  LOGIN_KEY,
  OPERATORS,
  OPTIONAL_OPERATORS,
  type Operator,
  type OptionalOperator,
  type RateLimitService,
} from "./operators/index.ts";
import { priorityPlans } from "./priorities.ts";

export interface ClusterArgs {
  /** Context of the ambient kubeconfig. It is always named, so that a kubeconfig of another cluster is refused. */
  readonly context: string;
  /**
   * Who brings the operators: `provided` if the cluster has them already (the rehearsal brings them), `installed` to
   * install each by its chart.
   */
  readonly operators: "provided" | "installed";
  /**
   * Operators that are installed as well: `strimzi`, for a `Kafka` with `operator: "strimzi"`; `externalSecrets`, for a `SecretSource`;
   * `trivy`, for a `Scanning`. None by default.
   */
  readonly also?: readonly OptionalOperator[];
  /** Has Envoy Gateway run the service that counts requests for all of its proxies; `RateLimits` ties it to its Redis. None by default. */
  readonly rateLimits?: RateLimitService;
  readonly transform?: {
    readonly provider?: Transform<ProviderArgs>;
    /** Asked for each class of priority. */
    readonly priorityClass?: Transform<PriorityClassArgs>;
    readonly certManager?: Transform<CertManagerArgs>;
    /** Asked for the chart of each other operator, with the operator's name. */
    readonly chart?: Transform<ChartArgs>;
  };
}

/** Room for two replicas of a controller, and for an update of them. */
const OPERATOR_QUOTA: Quota = { cpu: "2", memory: "4Gi", pods: 12 };

/** A Kubernetes cluster as the program uses it: the way to it, and what it needs once. */
export class Cluster extends Component {
  readonly provider: Provider;
  /** What Envoy Gateway was told of rate limits, and its namespace; undefined where it was not. */
  readonly rateLimits: (RateLimitService & { readonly home: Namespace }) | undefined;
  readonly #transform: NonNullable<ClusterArgs["transform"]>;

  constructor(
    name: string,
    { context, operators, also = [], rateLimits, transform = {} }: ClusterArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    if (rateLimits && operators === "provided")
      refuse(`Cluster "${name}"`, [
        { field: "rateLimits", given: rateLimits, allowed: 'only with operators: "installed": they are its settings' },
      ]);
    super("cluster:Cluster", name, opts);
    this.#transform = transform;
    const provider: ProviderArgs = {
      context,
      enableServerSideApply: true,
      // Changed in place: a replaced one is gone for a moment, with the pods that mount it.
      enableConfigMapMutable: true,
      enableSecretMutable: true,
    };
    this.provider = new Provider(...this.child(name, provider, transform.provider));

    const on = { parent: this, provider: this.provider };
    for (const plan of priorityPlans())
      new PriorityClass(
        ...transformed<PriorityClassArgs>(transform.priorityClass, plan.metadata.name, plan, { ...on }),
      );

    // The private authority keeps its root in cert-manager's namespace, whoever brought cert-manager.
    const certificates = this.#namespace(CERT_MANAGER);
    let counted: Cluster["rateLimits"];
    if (operators === "installed") {
      const manager = this.#installCertManager(certificates);
      const standard = OPERATORS.map((operator) =>
        rateLimits && operator === ENVOY_GATEWAY ? countingEnvoyGateway(rateLimits) : operator,
      );
      const wanted = [...standard, ...also.map((optional) => OPTIONAL_OPERATORS[optional])];
      for (const home of homesOf(wanted.filter((operator) => operator !== CERT_MANAGER))) {
        const namespace = this.#namespace(home);
        if (rateLimits && home.namespace === ENVOY_GATEWAY.namespace) counted = { ...rateLimits, home: namespace };
        for (const operator of home.operators) {
          const after = HOLD_CERTIFICATES.includes(operator) ? [namespace, manager] : [namespace];
          this.#install(operator, operator.name === ENVOY_GATEWAY.name ? this.#certify([namespace, manager]) : after);
        }
      }
    }
    this.rateLimits = counted;
    this.registerOutputs({});
  }

  #namespace({ namespace, openPorts }: Pick<Operator, "namespace" | "openPorts">): Namespace {
    const args = { quota: OPERATOR_QUOTA, openPorts };
    return new Namespace(namespace, args, { parent: this, provider: this.provider });
  }

  #install(operator: Operator, after: pulumi.Resource[]): void {
    const { name, namespace, chart, change } = operator;
    const { repository, ...of } = chart;
    const args = { ...of, namespace, ...(repository === undefined ? {} : { repositoryOpts: { repo: repository } }) };
    // The mocks of the SDK refuse transforms, and make nothing of a chart.
    const changed: pulumi.ResourceTransform | undefined =
      change && hasEngine() ? ({ props, opts }) => ({ props: change(props), opts }) : undefined;
    const own = { parent: this, provider: this.provider, dependsOn: after };
    const opts = { ...own, ...(changed && { transforms: [changed] }) };
    new Chart(...transformed<ChartArgs>(this.#transform.chart, name, args, opts));
  }

  /** Makes what the controller of gateways cannot start without; gives what it waits for. */
  #certify(after: pulumi.Resource[]): pulumi.Resource[] {
    let before = after;
    for (const plan of controlPlaneCertificates()) {
      const opts = { parent: this, provider: this.provider, dependsOn: before };
      before = [new CustomResource(`${plan.metadata.name}-${plan.kind.toLowerCase()}`, plan, opts)];
    }
    return [...before, this.#signLogins(after)];
  }

  /** Makes the key by which the gateways' log-ins are signed; gives its Secret. */
  #signLogins(after: pulumi.Resource[]): pulumi.Resource {
    const { name, key, length } = LOGIN_KEY;
    const { result } = new RandomPassword(name, { length, special: false }, { parent: this });
    return new Secret(
      name,
      { metadata: { name, namespace: ENVOY_GATEWAY.namespace, labels: MANAGED }, stringData: { [key]: result } },
      { parent: this, provider: this.provider, dependsOn: after },
    );
  }

  #installCertManager(home: Namespace): pulumi.Resource {
    const { name, namespace, chart } = CERT_MANAGER;
    const args = {
      installCRDs: true,
      replicaCount: 2,
      extraArgs: ["--enable-gateway-api"],
      helmOptions: { namespace, version: chart.version },
    };
    const opts = { parent: this, provider: this.provider, dependsOn: home };
    return new CertManager(...transformed<CertManagerArgs>(this.#transform.certManager, name, args, opts));
  }
}
