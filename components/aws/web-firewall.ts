import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import { WebAcl, type WebAclArgs } from "@pulumi/aws/wafv2/webAcl.js";
import { WebAclAssociation } from "@pulumi/aws/wafv2/webAclAssociation.js";
import { WebAclLoggingConfiguration } from "@pulumi/aws/wafv2/webAclLoggingConfiguration.js";
import * as pulumi from "@pulumi/pulumi";
import { Component, keeping } from "../core/component.ts";
import { refuse } from "../core/invalid.ts";
import type { Transform } from "../core/transform.ts";
import { awsName } from "../data/aws/name.ts";
import { DEFAULT_LOG_DAYS } from "../data/aws/place.ts";
import { type AwsAccount, namedTags } from "./account.ts";
import type { Keys } from "./keys.ts";
import {
  firewallLogPlan,
  firewallPlan,
  firewallProblems,
  MANAGED_GROUPS,
  type ManagedGroup,
  type RateRule,
} from "./web-firewall-plan.ts";

export interface WebFirewallArgs {
  readonly account: AwsAccount;
  /** Its key for `logs` encrypts what is told of requests. */
  readonly keys: Keys;
  /**
   * What it stands before, by a name: ARNs of application load balancers or stages of API Gateway. A network load balancer, which knows no requests,
   * can have none.
   */
  readonly before: Readonly<Record<string, pulumi.Input<string>>>;
  /** How often one address may ask, by a name: `{ all: { requests: 2000 }, login: { requests: 50, path: "/login" } }`. */
  readonly rates: Readonly<Record<string, RateRule>>;
  /** AWS' own rules, in their order: by default those against known attacks and addresses of bad repute. */
  readonly groups?: readonly ManagedGroup[];
  /** Rates and groups that only count, to see whom they would stop. None by default. */
  readonly counting?: readonly string[];
  /** Days for which stopped requests are kept; 400 by default. One of the numbers that CloudWatch takes. */
  readonly logDays?: number;
  readonly retain?: boolean;
  readonly transform?: { readonly acl?: Transform<WebAclArgs> };
}

/** Longest name of a web ACL. */
const LONGEST = 128;

/**
 * WAF before what requests of the world come in by: how often one address may ask, and AWS' own rules against what attacks use. The gateway counts by
 * caller and route (`RateLimits`); this is for who has no name yet, and before it costs a connection of the cluster.
 */
export class WebFirewall extends Component {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: WebFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    const { account, rates, groups = MANAGED_GROUPS.slice(0, 3), counting = [], logDays = DEFAULT_LOG_DAYS } = args;
    const complete = { account, rates, groups, counting, logDays };
    refuse(`WebFirewall "${name}"`, firewallProblems(name, complete));
    super("aws:WebFirewall", name, opts, [args.keys]);
    const id = awsName(pulumi.getStack(), name, LONGEST);
    const tags = namedTags(account, id);
    const acl = new WebAcl(...this.child(name, firewallPlan(id, complete), args.transform?.acl));
    this.arn = acl.arn;
    // WAF writes only to groups whose names begin so.
    const group = { name: `aws-waf-logs-${id}`, retentionInDays: logDays, kmsKeyId: args.keys.arn("logs"), tags };
    const logs = new LogGroup(...this.child(name, group, undefined, keeping(args.retain ?? true)));
    const told = { ...firewallLogPlan(), resourceArn: acl.arn, logDestinationConfigs: [logs.arn] };
    new WebAclLoggingConfiguration(...this.child(name, told));
    for (const [what, resourceArn] of Object.entries(args.before))
      new WebAclAssociation(...this.child(`${name}-${what}`, { resourceArn, webAclArn: acl.arn }));
    this.registerOutputs({ arn: acl.arn });
  }
}
