import { expect, test } from "vitest";
import { StackObject } from "../../core/stack-object.ts";
import { hasOpenings, isWorld, openPorts } from "./open-ports.ts";

const FORBIDDEN = [20, 21, 22, 23, 25, 80, 3389, 5432];

function given(type: string, props: Record<string, unknown>): string[] {
  const object = new StackObject({ type, name: "a", props });
  expect(hasOpenings(object)).toBe(true);
  return Array.from(openPorts(object, FORBIDDEN), (one) => `${one.path}: ${one.given.split(" on ")[1]}`);
}

const ACL_RULE = "aws:ec2/networkAclRule:NetworkAclRule";
const ACL = "aws:ec2/networkAcl:NetworkAcl";
const PORTS = "aws:lightsail/instancePublicPorts:InstancePublicPorts";
const RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const ssh = { protocol: "tcp", fromPort: 22, toPort: 22 };

test.each<readonly [type: string, props: Record<string, unknown>, wrong: readonly string[]]>([
  [ACL_RULE, { ...ssh, ruleAction: "allow", cidrBlock: "0.0.0.0/0" }, [": port 22"]],
  [ACL_RULE, { ...ssh, ruleAction: "ALLOW", ipv6CidrBlock: "::/0" }, [": port 22"]],
  [ACL_RULE, { ...ssh, ruleAction: "deny", cidrBlock: "0.0.0.0/0" }, []],
  [ACL_RULE, { ...ssh, cidrBlock: "0.0.0.0/0" }, []],
  [ACL_RULE, { ...ssh, ruleAction: "allow", egress: true, cidrBlock: "0.0.0.0/0" }, []],
  [ACL_RULE, { ...ssh, ruleAction: "allow", cidrBlock: "10.0.0.0/8" }, []],
  [ACL_RULE, { protocol: "tcp", fromPort: 1024, toPort: 65535, ruleAction: "allow", cidrBlock: "0.0.0.0/0" }, []],
  [
    ACL_RULE,
    { protocol: "tcp", fromPort: 1000, toPort: 4000, ruleAction: "allow", cidrBlock: "0.0.0.0/0" },
    [": port 3389"],
  ],
  [ACL_RULE, { protocol: "tcp", fromPort: 80, toPort: 80, ruleAction: "allow", cidrBlock: "0.0.0.0/0" }, []],
  [ACL, { ingress: [{ ...ssh, action: "Allow", ipv6CidrBlock: "::/0" }] }, ["ingress[0]: port 22"]],
  [
    ACL,
    {
      ingress: [
        { ...ssh, action: "deny", cidrBlock: "0.0.0.0/0" },
        { ...ssh, cidrBlock: "0.0.0.0/0" },
      ],
    },
    [],
  ],
  [RULE, { ...ssh, type: "ingress", ipv6CidrBlocks: ["fd00::/8", "::/0"] }, [": port 22"]],
  [RULE, { ...ssh, type: "egress", cidrBlocks: ["0.0.0.0/0"] }, []],
  [RULE, { protocol: "-1", type: "ingress", cidrBlocks: ["0.0.0.0/0"] }, [": all ports"]],
  [RULE, { protocol: -1, type: "ingress", cidrBlocks: ["0.0.0.0/0"] }, [": all ports"]],
  [RULE, { protocol: "ALL", type: "ingress", cidrBlocks: ["0.0.0.0/0"] }, [": all ports"]],
  [RULE, { protocol: "icmp", type: "ingress", cidrBlocks: ["0.0.0.0/0"] }, []],
  [RULE, { ...ssh, protocol: "17", type: "ingress", cidrBlocks: ["0.0.0.0/0"] }, [": port 22"]],
  [RULE, { ...ssh, protocol: "udp", type: "ingress", cidrBlocks: ["0.0.0.0/0"] }, [": port 22"]],
  [RULE, { ...ssh, protocol: "6", type: "ingress", cidrBlocks: ["0.0.0.0/0"] }, [": port 22"]],
  [RULE, { protocol: "tcp", type: "ingress", fromPort: 24, cidrBlocks: ["0.0.0.0/0"] }, [": ports 25, 80, 3389, 5432"]],
  [RULE, { protocol: "tcp", type: "ingress", toPort: 25, cidrBlocks: ["0.0.0.0/0"] }, [": ports 20, 21, 22, 23, 25"]],
  [RULE, { protocol: "tcp", type: "ingress", cidrBlocks: ["0.0.0.0/0"] }, [": ports 20, 21, 22, 23, 25, …"]],
  [PORTS, { portInfos: [ssh] }, ["portInfos[0]: port 22"]],
  [PORTS, { portInfos: [{ ...ssh, cidrs: ["0.0.0.0/0"] }] }, ["portInfos[0]: port 22"]],
  [PORTS, { portInfos: [{ ...ssh, ipv6Cidrs: ["::/0"] }] }, ["portInfos[0]: port 22"]],
  [PORTS, { portInfos: [{ ...ssh, cidrs: ["192.0.2.0/24"] }] }, []],
  [PORTS, { portInfos: [{ ...ssh, ipv6Cidrs: ["2001:db8::/32"] }] }, []],
  [PORTS, { portInfos: [{ ...ssh, cidrListAliases: ["lightsail-connect"] }] }, []],
])("%s %j", (type, props, wrong) => {
  expect(given(type, props)).toEqual(wrong);
});

test.each([
  ["0.0.0.0/0", true],
  [" ::/0 ", true],
  ["128.0.0.0/7", true],
  ["10.0.0.0/8", false],
  ["0.0.0.0", false],
  ["pl-1/0", false],
  ["0.0.0.0/0/24", false],
])("%j is the internet, or most of it: %j", (range, is) => expect(isWorld(range)).toBe(is));
