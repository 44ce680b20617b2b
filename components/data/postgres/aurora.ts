import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import { Cluster } from "@pulumi/aws/rds/cluster.js";
import { ClusterInstance } from "@pulumi/aws/rds/clusterInstance.js";
import { ClusterParameterGroup } from "@pulumi/aws/rds/clusterParameterGroup.js";
import { SubnetGroup } from "@pulumi/aws/rds/subnetGroup.js";
import type { Job } from "@pulumi/kubernetes/batch/v1/job.js";
import * as pulumi from "@pulumi/pulumi";
import { type Children, keeping } from "../../core/component.ts";
import { Ledger } from "../../core/ledger.ts";
import type { Consumer } from "../../core/usage.ts";
import { amazonRoots, authoritiesFor, databaseRoots } from "../aws/authorities.ts";
import { watchStore } from "../aws/monitoring/watch.ts";
import { storeAddresses } from "../aws/place.ts";
import { finalSnapshotOf, keyOf, logGroupOf, type Surrounded, securityGroupOf } from "../aws/surroundings.ts";
import type { Trust } from "../trust.ts";
import type { AuroraArgs, CompleteAurora } from "./aurora-args.ts";
import { watched } from "./aurora-monitoring.ts";
import { auroraPlan } from "./aurora-plan.ts";
import { type Access, loginRole, PORT } from "./plan.ts";
import { RdsProxy } from "./rds-proxy.ts";
import { completeRdsProxy } from "./rds-proxy-args.ts";
import { scramVerifier } from "./scram.ts";
import type { Admission, Server } from "./server.ts";
import { type Login, setUp } from "./setup.ts";

/** What lets RDS write an instance's own numbers. */
const MONITORING_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole";

/** Run by Aurora: a commit is acknowledged when four of the storage's six copies, in three zones, have it. */
export class Aurora implements Server {
  readonly endpoint: pulumi.Output<string>;
  readonly readerEndpoint: pulumi.Output<string>;
  readonly #name: string;
  readonly #args: CompleteAurora;
  readonly #cluster: Cluster;
  readonly #logins: Ledger<Login>;
  readonly #setup: Job;
  readonly #makeProxy: () => RdsProxy | undefined;
  #proxy: RdsProxy | undefined;

  constructor(
    name: string,
    args: CompleteAurora,
    accesses: pulumi.Output<readonly Access[]>,
    children: Children,
    transform: AuroraArgs["transform"],
  ) {
    const { aws, retain } = args;
    this.#name = name;
    this.#args = args;
    this.#logins = new Ledger(`Postgres "${name}"`);
    const plan = auroraPlan(pulumi.getStack(), name, args);
    const { id, tags } = plan;
    const surrounded: Surrounded = { name, id, title: `Postgres ${name}`, aws, retain, tags };
    const key = keyOf(surrounded, children);
    const securityGroup = securityGroupOf(surrounded, [PORT], children);
    const logs = logGroupOf(surrounded, "log", plan.logGroup, key, children);
    const { name: subnetGroup } = new SubnetGroup(...children.child(name, plan.subnetGroup));
    const { name: parameterGroup } = new ClusterParameterGroup(...children.child(name, plan.parameterGroup));
    this.#cluster = new Cluster(
      ...children.child(
        name,
        {
          ...plan.cluster,
          kmsKeyId: key,
          masterUserSecretKmsKeyId: key,
          dbSubnetGroupName: subnetGroup,
          dbClusterParameterGroupName: parameterGroup,
          vpcSecurityGroupIds: [securityGroup],
          ...(retain && { finalSnapshotIdentifier: finalSnapshotOf(surrounded, children) }),
        },
        transform?.cluster,
        { ...keeping(retain), dependsOn: logs },
      ),
    );
    const instances = this.#instances(plan, key, children, transform);
    watchStore(surrounded, watched(id, args), args.runbooks, instances, children);
    const before = { store: surrounded, cluster: this.#cluster, instances, securityGroup, key };
    this.#makeProxy = () =>
      args.pooler && new RdsProxy(completeRdsProxy(args.pooler), before, children, transform?.pooler);
    // Whether there is a proxy is known when all consumers are.
    const host = accesses.apply(() => this.#proxy?.endpoint ?? this.#cluster.endpoint);
    this.endpoint = pulumi.interpolate`${host}:${PORT}`;
    // With a single instance the reader's host leads to the writer.
    this.readerEndpoint = pulumi.interpolate`${this.#cluster.readerEndpoint}:${PORT}`;
    const target = { host: this.#cluster.endpoint, secret: masterSecret(this.#cluster), key, tags, id };
    const declared = { args, accesses, logins: this.#logins.entries };
    this.#setup = setUp(name, target, declared, instances, children, transform?.setup);
  }

  admit(access: Access, password: pulumi.Output<string>): Admission {
    const role = loginRole(access);
    this.#logins.add({ role, verifier: pulumi.secret(password.apply((value) => scramVerifier(role, value))) });
    const shared = { port: PORT, peers: storeAddresses(this.#args.aws, PORT) };
    if (access.pooled !== undefined) this.#proxy ??= this.#makeProxy();
    if (access.pooled !== undefined && this.#proxy) {
      this.#proxy.admit(access, password);
      return { ...shared, host: this.#proxy.endpoint, dependsOn: [this.#setup, this.#proxy.target] };
    }
    const { endpoint, readerEndpoint } = this.#cluster;
    return { ...shared, host: access.right === "reader" ? readerEndpoint : endpoint, dependsOn: [this.#setup] };
  }

  /**
   * RDS signs for the servers, and Amazon's public authorities for a proxy. Owners trust both: with the pooler their file changes before the last
   * pod that goes to the servers is gone.
   */
  trust(relation: string, consumer: Consumer, right: Access["right"]): Trust {
    const { aws, pooler } = this.#args;
    const roots = databaseRoots(aws.region) + (pooler && right === "owner" ? amazonRoots() : "");
    const { name, resource } = authoritiesFor(relation, consumer, roots);
    return { authorities: { configMap: name }, dependsOn: [resource] };
  }

  #instances(
    plan: ReturnType<typeof auroraPlan>,
    key: pulumi.Output<string>,
    children: Children,
    transform: AuroraArgs["transform"],
  ): ClusterInstance[] {
    const monitoring = `${this.#name}-monitoring`;
    const role = new Role(...children.child(monitoring, plan.monitoringRole));
    const attached = new RolePolicyAttachment(
      ...children.child(monitoring, { role: role.name, policyArn: MONITORING_POLICY }),
    );
    return plan.instances.map(
      ({ name, args }) =>
        new ClusterInstance(
          ...children.child(
            name,
            {
              ...args,
              clusterIdentifier: this.#cluster.id,
              performanceInsightsKmsKeyId: key,
              monitoringRoleArn: role.arn,
            },
            transform?.instance,
            { ...keeping(this.#args.retain), dependsOn: attached },
          ),
        ),
    );
  }
}

/** Where RDS keeps the master's password. */
function masterSecret({ masterUserSecrets }: Cluster): pulumi.Output<string> {
  return masterUserSecrets.apply(([secret]) => secret?.secretArn ?? "");
}
