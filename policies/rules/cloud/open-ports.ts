import { awsType, numeral, texts } from "../../core/aws.ts";
import { Field } from "../../core/field.ts";
import type { Violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, someKnown } from "../../core/unknown.ts";

/** One rule that lets traffic in: from where, by which protocol, to which ports. */
interface Opening {
  readonly field: Field;
  readonly sources: readonly Field[];
  readonly protocol: string;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** Where each type keeps its openings. */
const OPENINGS: Readonly<Record<string, (root: Field) => Opening[]>> = {
  "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": acl,
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": group,
  "aws:ec2/networkAcl:NetworkAcl": acl,
  "aws:ec2/networkAclRule:NetworkAclRule": (root) =>
    root.at("egress").boolean() === true || root.at("ruleAction").text()?.toLowerCase() !== "allow"
      ? []
      : [opening(root, "protocol", ["cidrBlock", "ipv6CidrBlock"])],
  "aws:ec2/securityGroup:SecurityGroup": group,
  "aws:ec2/securityGroupRule:SecurityGroupRule": (root) =>
    root.at("type").text() === "ingress" ? [opening(root, "protocol", ["cidrBlocks", "ipv6CidrBlocks"])] : [],
  "aws:lightsail/instancePublicPorts:InstancePublicPorts": (root) =>
    root
      .at("portInfos")
      .items()
      .map((ports) => {
        const found = opening(ports, "protocol", ["cidrs", "ipv6Cidrs"]);
        const isNarrowed = ["cidrs", "ipv6Cidrs", "cidrListAliases"].some((at) => texts(ports.at(at)).length > 0);
        // Lightsail opens to all what names no source.
        return isNarrowed ? found : { ...found, sources: [new Field("0.0.0.0/0", ports, "cidrs")] };
      }),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (root) => [
    opening(root, "ipProtocol", ["cidrIpv4", "cidrIpv6"]),
  ],
};

/** Network ACLs must let answers in, which come to any port from 1024 on: only these are judged there. */
const ACL_PORTS = [20, 21, 22, 3389];
const FIRST_OF_ANSWERS = 1024;

/** AWS Security Hub's control EC2.19 (ports with high risk), HTTP in clear, more stores, and Kubernetes' own. */
export const RISKY_PORTS: readonly string[] = [
  ...["20", "21", "22", "23", "25", "80", "110", "135", "143", "445", "1433", "1434", "1521", "2049", "2375"],
  ...["2376", "2379", "2380", "3000", "3306", "3389", "4333", "5000", "5432", "5439", "5500", "5601", "5672"],
  ...["5900", "5984", "6379", "8080", "8088", "8888", "9042", "9092", "9200", "9300", "10250", "11211", "15672"],
  ...["27017"],
];

export function hasOpenings(object: StackObject): boolean {
  return Object.hasOwn(OPENINGS, awsType(object));
}

/** What is wrong with rules that let the whole internet in to any of these ports. */
export function openPorts(object: StackObject, forbidden: readonly number[]): Generator<Violation> {
  const type = awsType(object);
  const isAcl = type.includes("etworkAcl");
  const ports = isAcl ? forbidden.filter((port) => ACL_PORTS.includes(port)) : forbidden;
  return eachKnown(OPENINGS[type]?.(object.root) ?? [], function* (one) {
    const open = opened(one, ports, isAcl);
    if (open === undefined || !someKnown(one.sources, hasWorld)) return;
    yield {
      path: one.field.path,
      given: `open to the whole internet on ${open}`,
      wanted: "a source that is not the whole internet: the addresses, or the security group, that need it",
    };
  });
}

/** The forbidden ports that an opening opens, for people; undefined for none. */
function opened({ protocol, from, to }: Opening, ports: readonly number[], isAcl: boolean): string | undefined {
  if (["-1", "all"].includes(protocol)) return "all ports";
  if (!["tcp", "udp", "6", "17"].includes(protocol)) return undefined;
  const [first, last] = [from ?? 0, to ?? 65535];
  if (isAcl && first >= FIRST_OF_ANSWERS) return undefined;
  const among = ports.filter((port) => first <= port && port <= last);
  if (among.length === 0) return undefined;
  return `${among.length > 1 ? "ports" : "port"} ${among.slice(0, 5).join(", ")}${among.length > 5 ? ", …" : ""}`;
}

/** Whether a field holds a range of addresses that is the internet, or most of it. Names of prefix lists are none. */
function hasWorld(field: Field): boolean {
  return someKnown(Array.isArray(field.value) ? field.items() : [field], (one) => isWorld(one.text() ?? ""));
}

/** Ranges this wide belong to nobody: fewer than 8 bits are given of an IPv4 address, fewer than 8 of an IPv6 one. */
export function isWorld(range: string): boolean {
  const [, bits] = /^[\d.a-fA-F:]+\/(\d+)$/.exec(range.trim()) ?? [];
  return bits !== undefined && Number(bits) < 8;
}

function acl(root: Field): Opening[] {
  return root
    .at("ingress")
    .items()
    .filter((rule) => rule.at("action").text()?.toLowerCase() === "allow")
    .map((rule) => opening(rule, "protocol", ["cidrBlock", "ipv6CidrBlock"]));
}

function group(root: Field): Opening[] {
  return root
    .at("ingress")
    .items()
    .map((rule) => opening(rule, "protocol", ["cidrBlocks", "ipv6CidrBlocks"]));
}

function opening(field: Field, protocol: string, sources: readonly string[]): Opening {
  const ports = { from: numeral(field.at("fromPort")), to: numeral(field.at("toPort")) };
  return {
    field,
    sources: sources.map((source) => field.at(source)),
    protocol: (field.at(protocol).scalar() ?? "-1").toLowerCase(),
    ...ports,
  };
}

/** The whole numbers among texts: settings of rules hold lists of texts only. */
export function portsOf(texts: readonly string[]): number[] {
  return texts.map(Number).filter(Number.isInteger);
}
