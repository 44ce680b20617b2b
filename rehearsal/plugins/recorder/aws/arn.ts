/** The account of everything made up: no AWS account has this number. */
export const ACCOUNT = "000000000000";

/** How ARNs call the services whose module in the SDK has another name. */
const SERVICES: Readonly<Record<string, string>> = {
  alb: "elasticloadbalancing",
  elb: "elasticloadbalancing",
  lb: "elasticloadbalancing",
  cfg: "config",
  cloudwatch: "logs",
  efs: "elasticfilesystem",
  mq: "mq",
  msk: "kafka",
  opensearch: "es",
  vpc: "ec2",
};

/** Services whose ARNs have no region. */
const GLOBAL: ReadonlySet<string> = new Set(["cloudfront", "iam", "organizations", "route53", "s3"]);

/** A made-up ARN for a resource of a type such as `aws:iam/role:Role`. */
export function arnOf(type: string, id: string, region: string): string {
  const [, module = "", resource = ""] = /^aws:(\w+)(?:\/(\w+))?/.exec(type) ?? [];
  const service = SERVICES[module] ?? module;
  if (service === "s3") return `arn:aws:s3:::${id}`;
  return `arn:aws:${service}:${GLOBAL.has(service) ? "" : region}:${ACCOUNT}:${resource.toLowerCase()}/${id}`;
}

/** The parts of an ARN; `undefined` when it is none. */
export function parseArn(arn: string) {
  const [, partition, service, region, account, resource] =
    /^arn:([^:]+):([^:]+):([^:]*):([^:]*):(.+)$/.exec(arn) ?? [];
  if (partition === undefined || service === undefined || resource === undefined) return undefined;
  return { partition, service, region: region ?? "", account: account ?? "", resource };
}
