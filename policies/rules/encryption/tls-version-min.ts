import { broken, isIn } from "../../core/aws-settings.ts";
import type { Field } from "../../core/field.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";
import { atLeastVersion, type TlsVersion } from "./tls-version.ts";
import { tlsTable } from "./tls-version-table.ts";

const FROM_12 = tlsTable(12);
const FROM_13 = tlsTable(13);

/** Where gateways of a cluster name the least version; where nothing is named, all of these speak 1.2 and 1.3. */
const GATEWAYS: Readonly<Record<string, { group: string; fields: (root: Field) => Field[]; wanted: TlsNames }>> = {
  Gateway: {
    group: "networking.istio.io",
    fields: (root) =>
      root
        .at("spec", "servers")
        .items()
        .map((server) => server.at("tls", "minProtocolVersion")),
    wanted: { 12: "TLSV1_2", 13: "TLSV1_3" },
  },
  ClientTrafficPolicy: {
    group: "gateway.envoyproxy.io",
    fields: (root) => [root.at("spec", "tls", "minVersion")],
    wanted: { 12: "1.2", 13: "1.3" },
  },
  TLSOption: {
    group: "traefik.io",
    fields: (root) => [root.at("spec", "minVersion")],
    wanted: { 12: "VersionTLS12", 13: "VersionTLS13" },
  },
};

interface TlsNames {
  readonly 12: string;
  readonly 13: string;
}

/** By what annotation an object tells AWS's controller which policy its load balancer has, where it serves TLS at all. */
const ANNOTATED: Readonly<Record<string, { policy: string; certificate: string }>> = {
  "networking.k8s.io/Ingress": {
    policy: "alb.ingress.kubernetes.io/ssl-policy",
    certificate: "alb.ingress.kubernetes.io/certificate-arn",
  },
  "/Service": {
    policy: "service.beta.kubernetes.io/aws-load-balancer-ssl-negotiation-policy",
    certificate: "service.beta.kubernetes.io/aws-load-balancer-ssl-cert",
  },
};

export const tlsVersionMin = defineRule({
  id: "tls-version-min",
  section: "security",
  title: "What speaks TLS refuses versions that are broken",
  severity: "high",
  why: "TLS 1.0 and 1.1 can be attacked and are forbidden by browsers and by card issuers; whoever is on the way picks the oldest version offered",
  fix: "name a security policy of TLS 1.2 or later where the resource is declared",
  frameworks: ["PCI-DSS-4.0:4.2.1"],
  scope: "resource",
  optOut: "tlsVersion",
  exemptable: true,
  params: {
    min: {
      type: "string",
      enum: ["1.2", "1.3"],
      default: "1.2",
      description: "The oldest version of TLS that is accepted.",
    },
  },
  subjects: (object) => isIn(FROM_12, object) || isGateway(object) || annotationsOf(object) !== undefined,
  *check(object, { min }) {
    const annotations = annotationsOf(object);
    if (annotations) yield* annotated(object, annotations, min === "1.3" ? 13 : 12);
    else if (isGateway(object)) yield* gateway(object, min === "1.3" ? 13 : 12);
    else yield* broken(min === "1.3" ? FROM_13 : FROM_12, object);
  },
});

function annotationsOf({ group, kind }: StackObject): { policy: string; certificate: string } | undefined {
  const key = `${group}/${kind}`;
  return Object.hasOwn(ANNOTATED, key) ? ANNOTATED[key] : undefined;
}

/** Without a certificate of AWS's the load balancer serves no TLS by itself; without a policy it has that of 2016. */
function* annotated(
  object: StackObject,
  { policy, certificate }: { policy: string; certificate: string },
  least: TlsVersion,
): Generator<Violation> {
  const annotations = object.root.at("metadata", "annotations");
  const field = annotations.at(policy);
  if (field.absent ? annotations.at(certificate).absent : atLeastVersion(field, least)) return;
  const name = `ELBSecurityPolicy-TLS13-1-${least - 10}-2021-06`;
  yield violation(field, JSON.stringify(name), { fix: `metadata.annotations: { ${policy}: ${name} }` });
}

function isGateway({ group, kind }: StackObject): boolean {
  return kind !== undefined && Object.hasOwn(GATEWAYS, kind) && GATEWAYS[kind]?.group === group;
}

function* gateway(object: StackObject, least: TlsVersion): Generator<Violation> {
  const { fields, wanted } = GATEWAYS[object.kind ?? ""] as (typeof GATEWAYS)[string];
  yield* eachKnown(fields(object.root), function* (field) {
    const unset = field.absent || ["TLS_AUTO", "Auto", ""].includes(field.text() ?? "");
    if (unset ? least <= 12 : atLeastVersion(field, least)) return;
    const name = JSON.stringify(wanted[least >= 13 ? 13 : 12]);
    yield violation(field, name, { fix: `${field.path}: ${name}` });
  });
}
