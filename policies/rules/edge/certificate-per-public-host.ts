import { GATEWAY_API } from "../../core/entry.ts";
import { coveringNames } from "../../core/hosts.ts";
import { KeyIndex } from "../../core/key-index.ts";
import { defineRule } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, someKnown } from "../../core/unknown.ts";
import { gatewayName, gatewayNames, namesHosts, publicHosts } from "./public-hosts.ts";

/** With one of these, certificates for the hosts of an Ingress or a Gateway are made, or are named, outside its spec. */
const ISSUERS = [
  "cert-manager.io/cluster-issuer",
  "cert-manager.io/issuer",
  "kubernetes.io/tls-acme",
  "alb.ingress.kubernetes.io/certificate-arn",
  "networking.gke.io/managed-certificates",
  "networking.gke.io/certmap",
];

const ACM = "aws:acm/certificate:Certificate";

const CERTIFICATES = new KeyIndex(isCertificate, certified);

export const certificatePerPublicHost = defineRule({
  id: "certificate-per-public-host",
  section: "security",
  title: "Every public host has a certificate of the stack, or somebody who issues one",
  severity: "high",
  why: "the host is served with the controller's own self-signed certificate: browsers refuse it, and people learn to click the warning away",
  fix: "add a cert-manager.io/v1 Certificate with the host in dnsNames, or the annotation cert-manager.io/cluster-issuer",
  frameworks: ["PCI-DSS-4.0:4.2.1"],
  scope: "stack",
  optOut: "certificate",
  exemptable: true,
  params: {},
  subjects: namesHosts,
  *check(object, _params, stack) {
    yield* eachKnown(publicHosts(object, stack), function* ({ field, host }) {
      const covered = () =>
        someKnown(coveringNames(host), (name) =>
          anyOf(CERTIFICATES.candidates(stack, name), (one) => someKnown(certified(one), (given) => given === name)),
        );
      if (someKnown([covered, () => isIssued(object, stack)], (holds) => holds())) return;
      yield {
        path: field.path,
        given: `${JSON.stringify(host)}, which no certificate of the stack covers`,
        wanted: "a certificate for it",
        fix: `add { apiVersion: cert-manager.io/v1, kind: Certificate, spec: { secretName: <name>, dnsNames: [${host}], issuerRef: <issuer> } }`,
      };
    });
  },
});

function isCertificate({ group, kind, resource }: StackObject): boolean {
  return (group === "cert-manager.io" && kind === "Certificate") || resource.type === ACM;
}

/** The names that a certificate is for. */
function certified(certificate: StackObject): Iterable<string> {
  const { root, resource } = certificate;
  const fields =
    resource.type === ACM
      ? [root.at("domainName"), ...root.at("subjectAlternativeNames").items()]
      : [root.at("spec", "commonName"), ...root.at("spec", "dnsNames").items()];
  return eachKnown(fields, function* (field) {
    if (!field.absent) yield (field.text() ?? "").toLowerCase();
  });
}

function isIssued(object: StackObject, stack: Stack): boolean {
  const annotated = (one: StackObject) => someKnown(ISSUERS, (key) => (one.annotation(key) ?? "false") !== "false");
  return someKnown(
    [
      () => annotated(object),
      () =>
        someKnown(gatewayNames(object), (name) => {
          const gateway = stack.find(GATEWAY_API, "Gateway", gatewayName, name);
          return gateway !== undefined && annotated(gateway);
        }),
    ],
    (holds) => holds(),
  );
}
