import { BlockList, isIPv4, isIPv6 } from "node:net";
import type { Field } from "../../core/field.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, everyKnown, someKnown } from "../../core/unknown.ts";
import { isCiliumPolicy, openEntities } from "./cilium-policy.ts";

/** Where the clouds tell a machine who it is, with the credentials of its role: on port 80 of these. */
export const METADATA = [
  { address: "169.254.169.254", family: "ipv4", network: "169.254.169.254/32" },
  { address: "fd00:ec2::254", family: "ipv6", network: "fd00:ec2::254/128" },
] as const;
export const METADATA_PORT = 80;

export const egressToMetadataBlocked = defineRule({
  id: "egress-to-metadata-blocked",
  section: "security",
  title: "No NetworkPolicy lets a pod reach the cloud's metadata service",
  severity: "high",
  why: "whoever makes a pod fetch an address of their choice gets the node's credentials there, and with them what the node may do in the cloud",
  fix: "ipBlock: { cidr: 0.0.0.0/0, except: [169.254.169.254/32] }",
  frameworks: ["MITRE:C-0052"],
  scope: "resource",
  optOut: "metadataAccess",
  exemptable: true,
  params: {},
  subjects: (object) =>
    isCiliumPolicy(object) ||
    (object.kind === "NetworkPolicy" && (object.group === "networking.k8s.io" || object.group === "extensions")),
  *check(policy) {
    if (isCiliumPolicy(policy)) {
      // To Cilium, an address that belongs to nothing of the cluster is the world's.
      for (const entities of deniesMetadata(policy) ? [] : openEntities(policy, "egress", ["all", "world"]))
        yield told(
          entities,
          "every address, the metadata service's too",
          "spec.egressDeny: [{ toCIDR: [169.254.169.254/32] }]",
        );
      return;
    }
    yield* eachKnown(policy.root.at("spec", "egress").items(), (rule) => judged(rule));
  },
});

function* judged(rule: Field): Generator<Violation> {
  const peers = rule.at("to");
  if (!opensPort(rule)) return;
  if (peers.items().length === 0) {
    yield told(
      rule,
      "every address, the metadata service's too",
      "ipBlock: { cidr: 0.0.0.0/0, except: [169.254.169.254/32] }",
    );
    return;
  }
  yield* eachKnown(peers.items(), function* (peer) {
    const block = peer.at("ipBlock");
    if (block.absent) return;
    for (const { address, family, network } of METADATA) {
      const parts = [
        () => contains(block.at("cidr"), address, family),
        () => everyKnown(block.at("except").items(), (one) => !contains(one, address, family)),
      ];
      if (!everyKnown(parts, (part) => part())) continue;
      yield told(block, `a network with ${address} in it`, `${block.at("except").path}: [${network}]`);
    }
  });
}

function deniesMetadata(policy: StackObject): boolean {
  const specs = [policy.root.at("spec"), ...policy.root.at("specs").items()];
  const networks = specs.flatMap((spec) => spec.at("egressDeny").items()).flatMap((rule) => rule.at("toCIDR").items());
  return someKnown(networks, (network) => contains(network, METADATA[0].address, METADATA[0].family));
}

function told(field: Field, given: string, fix: string): Violation {
  return { path: field.path, given, wanted: "a way out that leaves the metadata service aside", fix };
}

/** No ports are all ports. A port by name is one of a pod's, and no address has names. */
function opensPort(rule: Field): boolean {
  const ports = rule.at("ports").items();
  if (ports.length === 0) return true;
  return someKnown(ports, (one) => {
    if ((one.at("protocol").text() ?? "TCP") !== "TCP") return false;
    const { value } = one.at("port");
    if (value === undefined || value === null) return true;
    if (typeof value !== "number") return false;
    return value <= METADATA_PORT && METADATA_PORT <= (one.at("endPort").number() ?? value);
  });
}

/** Whether a network such as `169.254.0.0/16` has an address in it. What is no network has none. */
function contains(cidr: Field, address: string, family: "ipv4" | "ipv6"): boolean {
  const [network = "", length = ""] = (cidr.text() ?? "").split("/");
  const isOfFamily = family === "ipv4" ? isIPv4(network) : isIPv6(network);
  const bits = Number(length);
  if (!isOfFamily || !/^\d+$/.test(length) || bits > (family === "ipv4" ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family);
  return list.check(address, family);
}
