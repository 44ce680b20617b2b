import type { PropertyMap, PropertyValue } from "../../rpc/index.ts";
import { MARK } from "../fingerprint.ts";
import { ACCOUNT, arnOf } from "./arn.ts";
import type { Shape, ValueKind } from "./sdk.ts";

/** What made-up values are made from. */
export interface Making {
  readonly type: string;
  readonly id: string;
  readonly region: string;
  /** 12 hexadecimal digits that are this resource's own. */
  readonly print: string;
  readonly inputs: PropertyMap;
}

/** Made-up values of the outputs of a resource. Hosts end in `.invalid`, which no name server resolves (RFC 2606). */
export function madeOutputs(shape: Shape, making: Making): PropertyMap {
  const generic = [...shape.outputs].map(([name, kind]) => [name, madeValue(name, kind, making)] as const);
  return { region: making.region, ...Object.fromEntries(generic), ...SPECIAL[making.type]?.(making) };
}

function madeValue(name: string, kind: ValueKind, making: Making): PropertyValue {
  switch (kind) {
    case "string":
      return madeText(name, making);
    case "number":
      return 0;
    case "boolean":
      return false;
    case "list":
      return [];
    case "map":
    case "object":
      return {};
  }
}

function madeText(name: string, { type, id, region, print }: Making): string {
  if (name === "arn") return arnOf(type, id, region);
  if (/Arn$/.test(name)) return `${arnOf(type, id, region)}/${name}`;
  if (/^(owner|account|registry)(Id)?$/.test(name)) return ACCOUNT;
  if (/(url|uri)$/i.test(name)) return `https://${host(print)}`;
  if (/(endpoint|address|dns|domain|host|brokers|connectstring)/i.test(name)) return host(print);
  return `${MARK}-${name}-${print}`;
}

const host = (print: string) => `${MARK}-${print}.${MARK}.invalid`;

/** Outputs that programs take apart, so that a placeholder would not do. */
const SPECIAL: Readonly<Record<string, (making: Making) => PropertyMap>> = {
  "aws:eks/cluster:Cluster": ({ print, region }) => ({
    // EKS makes a group for the cluster, and tells it among the settings that it was given.
    vpcConfig: { clusterSecurityGroupId: `sg-${MARK}-${print}` },
    endpoint: `https://${host(print)}`,
    certificateAuthority: { data: Buffer.from(`${MARK}, no certificate`).toString("base64") },
    identities: [{ oidcs: [{ issuer: `https://oidc.eks.${region}.${MARK}.invalid/id/${print}` }] }],
  }),
  "aws:elasticache/replicationGroup:ReplicationGroup": ({ inputs }) => ({ port: inputs.port ?? 6379 }),
  "aws:mq/broker:Broker": ({ inputs, print }) => ({
    instances:
      inputs.engineType === "RabbitMQ"
        ? [{ consoleUrl: `https://${host(print)}`, endpoints: [`amqps://${host(print)}:5671`], ipAddress: "" }]
        : [],
  }),
  "aws:rds/cluster:Cluster": ({ inputs, id, region }) => ({
    port: inputs.port ?? portOf(inputs),
    masterUserSecrets: inputs.manageMasterUserPassword
      ? [{ secretArn: arnOf("aws:secretsmanager/secret:Secret", id, region), secretStatus: "active" }]
      : [],
  }),
  "aws:rds/instance:Instance": ({ inputs, print }) => {
    const port = inputs.port ?? portOf(inputs);
    return { port, address: host(print), endpoint: `${host(print)}:${port}` };
  },
  "aws:ec2/subnet:Subnet": ({ inputs, region }) => ({ availabilityZone: inputs.availabilityZone ?? `${region}a` }),
};

/** The port that a database listens on by default. */
function portOf({ engine }: PropertyMap): number {
  return typeof engine === "string" && engine.includes("postgres") ? 5432 : 3306;
}
