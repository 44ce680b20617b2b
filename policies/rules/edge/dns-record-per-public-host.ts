import { GATEWAY_API, isGateway } from "../../core/entry.ts";
import { coveringNames } from "../../core/hosts.ts";
import { KeyIndex } from "../../core/key-index.ts";
import { defineRule } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, someKnown } from "../../core/unknown.ts";
import { gatewayName, gatewayNames, namesHosts, publicHosts } from "./public-hosts.ts";

/** By these external-dns is told to make records, for a Service's hosts or for those that an Ingress or a route names. */
const HOSTNAME = "external-dns.alpha.kubernetes.io/hostname";
const MARKS = [HOSTNAME, "external-dns.alpha.kubernetes.io/target", "external-dns.alpha.kubernetes.io/ttl"];

/** Records of clouds, and where their names stand. */
const RECORDS: Readonly<Record<string, string>> = {
  "aws:route53/record:Record": "name",
  "gcp:dns/recordSet:RecordSet": "name",
  "cloudflare:index/record:Record": "name",
  "cloudflare:index/dnsRecord:DnsRecord": "name",
  "azure-native:dns:RecordSet": "relativeRecordSetName",
};

const RECORDED = new KeyIndex(isRecord, recorded);

export const dnsRecordPerPublicHost = defineRule({
  id: "dns-record-per-public-host",
  section: "discovery",
  title: "Every public host has its DNS record in the stack, or external-dns makes it",
  severity: "medium",
  why: "a record that is made by hand points at the old load balancer after the next one is built, and nobody finds who owns it",
  fix: "add a DNSEndpoint or a record of your cloud's for the host, or annotate the Gateway or Ingress for external-dns",
  frameworks: [],
  scope: "stack",
  optOut: "dns",
  exemptable: true,
  params: {
    externalDns: {
      type: "boolean",
      default: false,
      description:
        "external-dns watches every Ingress, Gateway and route of the cluster: their hosts need nothing else.",
    },
  },
  subjects: namesHosts,
  *check(object, { externalDns }, stack) {
    if (externalDns) return;
    yield* eachKnown(publicHosts(object, stack), function* ({ field, host }) {
      if (someKnown([() => isRecorded(host, stack), () => isMarked(object, stack)], (holds) => holds())) return;
      yield {
        path: field.path,
        given: `${JSON.stringify(host)}, which the stack has no DNS record for`,
        wanted: "a record, or an annotation for external-dns",
        fix: `metadata.annotations["${HOSTNAME}"]: ${host}`,
      };
    });
  },
});

function isRecord({ group, kind, resource }: StackObject): boolean {
  return (
    Object.hasOwn(RECORDS, resource.type) ||
    (group === "externaldns.k8s.io" && kind === "DNSEndpoint") ||
    (group === "" && kind === "Service") ||
    (group === GATEWAY_API && kind === "Gateway")
  );
}

/** The names that an object makes records for. */
function recorded(object: StackObject): Iterable<string> {
  const field = RECORDS[object.resource.type];
  if (field !== undefined) return plain([object.root.at(field).text() ?? ""]);
  if (object.kind === "DNSEndpoint")
    return eachKnown(object.root.at("spec", "endpoints").items(), (one) => plain([one.at("dnsName").text() ?? ""]));
  return plain((object.annotation(HOSTNAME) ?? "").split(","));
}

function* plain(names: readonly string[]): Generator<string> {
  for (const name of names) if (name.trim() !== "") yield name.trim().toLowerCase().replace(/\.$/, "");
}

/** Clouds also take a name without its zone: `shop` in the zone of `example.com`. */
function isRecorded(host: string, stack: Stack): boolean {
  const labels = host.split(".");
  const relative = labels.slice(1).map((_, index) => labels.slice(0, index + 1).join("."));
  const names = [...coveringNames(host), ...relative];
  return someKnown(names, (name) =>
    anyOf(RECORDED.candidates(stack, name), (one) => someKnown(recorded(one), (given) => given === name)),
  );
}

/** Whether external-dns is told to take the hosts of the object, or of a gateway that it attaches to. */
function isMarked(object: StackObject, stack: Stack): boolean {
  const marked = (one: StackObject) => someKnown(MARKS, (key) => one.annotation(key) !== undefined);
  const own = () => !isGateway(object) && marked(object);
  const above = () =>
    someKnown(gatewayNames(object), (name) => {
      const gateway = stack.find(GATEWAY_API, "Gateway", gatewayName, name);
      return gateway !== undefined && marked(gateway);
    });
  return someKnown([own, above], (holds) => holds());
}
