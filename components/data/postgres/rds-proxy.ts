import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import type { Cluster } from "@pulumi/aws/rds/cluster.js";
import { Proxy as DatabaseProxy, type ProxyArgs } from "@pulumi/aws/rds/proxy.js";
import { ProxyDefaultTargetGroup } from "@pulumi/aws/rds/proxyDefaultTargetGroup.js";
import { ProxyTarget } from "@pulumi/aws/rds/proxyTarget.js";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import * as pulumi from "@pulumi/pulumi";
import { type Children, keeping } from "../../core/component.ts";
import { Ledger } from "../../core/ledger.ts";
import type { Transform } from "../../core/transform.ts";
import { policyOf } from "../aws/pod-identity-plan.ts";
import { secretStatements } from "../aws/secret-plan.ts";
import { logGroupOf, type Surrounded, securityGroupOf } from "../aws/surroundings.ts";
import { userSecret } from "../aws/user-secret.ts";
import { type Access, loginRole, PORT, roleSecret } from "./plan.ts";
import type { CompleteRdsProxy } from "./rds-proxy-args.ts";
import { authsPlan, ownerSecretPlan, passagePlan, rdsProxyPlan, secretsOf, TARGET_GROUP } from "./rds-proxy-plan.ts";

/** What a proxy stands before. */
interface Before {
  readonly store: Surrounded;
  readonly cluster: Cluster;
  readonly instances: readonly pulumi.Resource[];
  readonly securityGroup: pulumi.Output<string>;
  readonly key: pulumi.Output<string>;
}

/** The pooler of an Aurora. RDS takes none that nobody may use, so it is made when the first owner comes. */
export class RdsProxy {
  readonly endpoint: pulumi.Output<string>;
  /** Stands when the proxy knows all owners, and the servers. */
  readonly target: ProxyTarget;
  readonly #before: Before;
  readonly #children: Children;
  readonly #owners: Ledger<{ role: string; secretArn: pulumi.Output<string> }>;

  constructor(
    pooler: CompleteRdsProxy,
    before: Before,
    children: Children,
    transform: Transform<ProxyArgs> | undefined,
  ) {
    const { store, cluster, instances, securityGroup, key } = before;
    const { surrounded, logGroup, ...plan } = rdsProxyPlan(store, pooler);
    const { name, aws } = surrounded;
    this.#before = before;
    this.#children = children;
    this.#owners = new Ledger(store.title);
    const owners = this.#owners.entries;
    const own = securityGroupOf(surrounded, [PORT], children);
    const passage = passagePlan(store, { proxy: own, instances: securityGroup });
    const passages = [
      new SecurityGroupEgressRule(...children.child(name, passage.egress)),
      new SecurityGroupIngressRule(...children.child(name, passage.ingress)),
    ];
    const logs = logGroupOf(surrounded, "log", logGroup, key, children);
    const role = new Role(...children.child(name, plan.role));
    const policy = pulumi
      .all([owners, key])
      .apply(([all, arn]) => policyOf(secretStatements(secretsOf(all), arn, aws.region)));
    const reads = new RolePolicy(...children.child(name, { role: role.id, policy }));
    const args: ProxyArgs = {
      ...plan.proxy,
      auths: owners.apply(authsPlan),
      roleArn: role.arn,
      vpcSecurityGroupIds: [own],
    };
    const proxy = new DatabaseProxy(
      ...children.child(name, args, transform, { dependsOn: [logs, reads, ...passages] }),
    );
    const pool = { dbProxyName: proxy.name, connectionPoolConfig: plan.pool };
    const group = new ProxyDefaultTargetGroup(...children.child(name, pool));
    const target = { dbProxyName: proxy.name, targetGroupName: TARGET_GROUP, dbClusterIdentifier: cluster.id };
    this.target = new ProxyTarget(...children.child(name, target, undefined, { dependsOn: [group, ...instances] }));
    this.endpoint = proxy.endpoint;
  }

  /** Lets an owner in. */
  admit(access: Access, password: pulumi.Output<string>): void {
    const { store, key } = this.#before;
    const role = loginRole(access);
    const secret = ownerSecretPlan(store, role, key);
    const user = { username: role, password };
    const { version } = userSecret(roleSecret(store.name, access), secret, user, this.#children, keeping(store.retain));
    // The version's ARN is the secret's, and known when there is something to read.
    this.#owners.add({ role, secretArn: version.arn });
  }
}
