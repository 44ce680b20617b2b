import { createHash } from "node:crypto";
import { isSecret, type Recorded } from "../../../components/testing/record.ts";

/** A resource of AWS that a program asked for, with names as AWS would have given them. */
export interface AwsResource {
  /** Pulumi's: `aws:rds/cluster:Cluster`. */
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Which others each property names. */
  readonly refersTo: Readonly<Record<string, readonly AwsResource[]>>;
}

/** What AWS begins an id with, where it makes one; else an id is the name. */
const PREFIXES: Readonly<Record<string, string>> = {
  defaultNetworkAcl: "acl",
  defaultSecurityGroup: "sg",
  eip: "eipalloc",
  flowLog: "fl",
  internetGateway: "igw",
  launchTemplate: "lt",
  natGateway: "nat",
  routeTable: "rtb",
  securityGroup: "sg",
  subnet: "subnet",
  vpc: "vpc",
  vpcEndpoint: "vpce",
  vpcIpv4CidrBlockAssociation: "vpc-cidr-assoc",
};

/** Properties by which others may name a resource. */
const NAMED_BY = ["bucket", "name", "clusterIdentifier", "clusterName", "replicationGroupId", "userId", "userGroupId"];

/** Kind of a resource, as its type says it: `securityGroup`. */
export function kindOf(type: string): string {
  return /\/(\w+):/.exec(type)?.[1] ?? "";
}

/** Part of AWS that a type belongs to: `rds`. */
export function moduleOf(type: string): string {
  return /^aws:(\w+)\//.exec(type)?.[1] ?? "";
}

function idOf(type: string, name: string): string {
  const digest = createHash("sha256").update(`${type} ${name}`).digest("hex");
  const prefix = PREFIXES[kindOf(type)];
  if (type === "aws:kms/key:Key") return digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, "$1-$2-$3-$4-$5");
  return prefix === undefined ? name : `${prefix}-${digest.slice(0, 17)}`;
}

/** Parts of AWS whose ARNs have another name than the module, and those without a region or an account. */
const SERVICES: Readonly<Record<string, string>> = { lb: "elasticloadbalancing", msk: "kafka", cloudwatch: "logs" };
const GLOBAL: Readonly<Record<string, string>> = { iam: ":123456789012", s3: ":" };

function arnOf(type: string, name: string): string {
  const module = moduleOf(type);
  const place = GLOBAL[module] ?? "eu-central-1:123456789012";
  const path =
    module === "s3"
      ? name
      : `${kindOf(type).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}/${idOf(type, name)}`;
  return `arn:aws:${SERVICES[module] ?? module}:${place}:${path}`;
}

/** The resources of AWS among those that a program asked for, with the names that the recorder made up exchanged for such as AWS gives. */
export function awsResources(recorded: readonly Recorded[]): AwsResource[] {
  const own = recorded.filter(({ type }) => moduleOf(type) !== "");
  const made = own.map(({ type, name, inputs }) => ({
    type,
    name,
    inputs: unwrapped(inputs) as Record<string, unknown>,
    refersTo: {} as Record<string, AwsResource[]>,
  }));
  const named = new Map<string, AwsResource[]>();
  for (const resource of made)
    for (const word of new Set([...recordedNames(resource), ...NAMED_BY.map((key) => resource.inputs[key])]))
      if (typeof word === "string") named.set(word, [...(named.get(word) ?? []), resource]);
  for (const resource of made) {
    const meant = (text: string, key: string) =>
      meantBy(
        key,
        (named.get(text) ?? []).filter((each) => each !== resource),
      );
    const asAws = (text: string, key: string) => {
      const [target] = meant(text, key);
      if (!target) return withArns(text, named);
      const [id, arn] = recordedNames(target);
      if (text === id) return idOf(target.type, target.name);
      return text === arn ? arnOf(target.type, target.name) : text;
    };
    for (const [key, value] of Object.entries(resource.inputs)) {
      const targets: AwsResource[] = [];
      resource.inputs[key] = exchange(value, key, (text, innermost) => {
        for (const each of [text, ...(text.match(ARNS) ?? [])]) targets.push(...meant(each, innermost));
        return asAws(text, innermost);
      });
      resource.refersTo[key] = [...new Set(targets)];
    }
  }
  return made;
}

/** Id and ARN as `record` makes them up. */
function recordedNames({ type, name }: Pick<AwsResource, "type" | "name">): [id: string, arn: string] {
  return [`${name}-id`, `arn:${type.replaceAll(":", "/")}:${name}`];
}

/** Of several with the name, those whose kind the property says: `vpcSecurityGroupIds` means a security group. */
function meantBy(property: string, candidates: readonly AwsResource[]): readonly AwsResource[] {
  const said = candidates.filter(({ type }) => property.toLowerCase().includes(kindOf(type).toLowerCase()));
  return said.length > 0 ? said : candidates;
}

/** ARNs that the recorder made up, inside of texts such as policies. */
const ARNS = /arn:aws\/[\w/]+:[\w.-]+/g;

function withArns(text: string, named: ReadonlyMap<string, readonly AwsResource[]>): string {
  return text.replace(ARNS, (arn) => {
    const [target] = named.get(arn) ?? [];
    return target ? arnOf(target.type, target.name) : arn;
  });
}

/** Secrets are the recorder's, made up: judges see them as AWS would. */
function unwrapped(value: unknown): unknown {
  if (isSecret(value)) return unwrapped((value as { value: unknown }).value);
  if (Array.isArray(value)) return value.map(unwrapped);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unwrapped(each)]));
}

/** The same value with each text exchanged, which is told the name of the property that it stands at. */
function exchange(value: unknown, key: string, by: (text: string, key: string) => string): unknown {
  if (typeof value === "string") return by(value, key);
  if (Array.isArray(value)) return value.map((each) => exchange(each, key, by));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, exchange(each, name, by)]));
}
