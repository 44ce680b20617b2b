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
  subjects: (object) => isIn(FROM_12, object) || isGateway(object),
  *check(object, { min }) {
    if (isGateway(object)) yield* gateway(object, min === "1.3" ? 13 : 12);
    else yield* broken(min === "1.3" ? FROM_13 : FROM_12, object);
  },
});

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
