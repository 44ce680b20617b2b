import { GATEWAY_API, isIngress } from "../../core/entry.ts";
import type { Field } from "../../core/field.ts";
import { covers } from "../../core/hosts.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, everyKnown, someKnown } from "../../core/unknown.ts";

/** With one of these on a Gateway, cert-manager makes the certificates that its listeners name. */
const ISSUERS = ["cert-manager.io/cluster-issuer", "cert-manager.io/issuer"];

/** Of the Gateway API. Connections of TLSRoutes are encrypted by who makes them. */
const JUDGED = new Set(["Gateway", "HTTPRoute", "GRPCRoute"]);
const ALLOW_HTTP = "kubernetes.io/ingress.allow-http";

/** Annotations of the AWS Load Balancer Controller; with a certificate it listens on 443 unless it is told otherwise. */
const ALB = "alb.ingress.kubernetes.io/";

const nameOf = (object: StackObject) => `${object.namespace}/${object.name}`;
const secretOf = (certificate: StackObject) =>
  `${certificate.namespace}/${certificate.root.at("spec", "secretName").text() ?? ""}`;

export const ingressTlsRequired = defineRule({
  id: "ingress-tls-required",
  section: "security",
  title: "Every public host is served with a certificate that covers it",
  severity: "high",
  why: "passwords, cookies and personal data cross the internet in clear, or browsers refuse the site",
  fix: "an HTTPS listener with tls.certificateRefs, and a Certificate with the host in dnsNames and that name as secretName",
  frameworks: ["PCI-DSS:4.2.1"],
  scope: "stack",
  optOut: "tls",
  exemptable: true,
  params: {
    allowHttpFalse: {
      type: "boolean",
      default: false,
      description: 'An Ingress also turns HTTP off, with the annotation kubernetes.io/ingress.allow-http: "false".',
    },
  },
  subjects: (object) => isIngress(object) || (object.group === GATEWAY_API && JUDGED.has(object.kind ?? "")),
  *check(object, { allowHttpFalse }, stack) {
    if (object.kind === "Ingress")
      yield* eachKnown([ingress, ...(allowHttpFalse ? [closed] : [])], (part) => part(object));
    else if (object.kind === "Gateway") yield* gateway(object, stack);
    else yield* route(object, stack);
  },
});

function* closed(object: StackObject): Generator<Violation> {
  const annotation = object.root.at("metadata", "annotations", ALLOW_HTTP);
  if (annotation.text() !== "false") yield violation(annotation, '"false"', { fix: `${annotation.path}: "false"` });
}

/** Whether the AWS load balancer of an Ingress holds the certificate, and answers on ports with it. */
function balancerCertified(object: StackObject): boolean {
  if (!object.annotation(`${ALB}certificate-arn`)) return false;
  return /"HTTPS"/.test(object.annotation(`${ALB}listen-ports`) ?? '"HTTPS"');
}

function* ingress(object: StackObject): Generator<Violation> {
  if (balancerCertified(object)) return;
  const spec = object.root.at("spec");
  const certified = spec.at("tls").items();
  if (certified.length === 0) {
    yield violation(spec.at("tls"), "a tls entry for each host");
    return;
  }
  let next = certified.length;
  yield* eachKnown(spec.at("rules").items(), function* (rule) {
    const host = rule.at("host").text();
    if (host === undefined || someKnown(certified, (entry) => entryCovers(entry, host))) return;
    yield violation(rule.at("host"), "a host of one of the tls entries", {
      fix: `spec.tls[${next++}]: { hosts: [${host}], secretName: <name> }`,
    });
  });
}

/** An entry without hosts stands for the whole Ingress. */
function entryCovers(entry: Field, host: string): boolean {
  const hosts = entry.at("hosts").items();
  return hosts.length === 0 || someKnown(hosts, (name) => covers(name.text() ?? "", host));
}

function* gateway(object: StackObject, stack: Stack): Generator<Violation> {
  const issued = ISSUERS.some((annotation) => object.annotation(annotation) !== undefined);
  yield* eachKnown(listenersOf(object), function* (listener) {
    if (!terminatesTls(listener)) return;
    const refs = listener.at("tls", "certificateRefs");
    if (refs.items().length === 0) {
      yield violation(refs, "the Secret of a certificate");
      return;
    }
    if (issued) return;
    const host = listener.at("hostname").text();
    if (someKnown(refs.items(), (ref) => certified(ref, host, object, stack))) return;
    yield {
      path: refs.path,
      given: `${JSON.stringify(refs.items()[0]?.at("name").text() ?? "")}, a Secret that no Certificate of the stack makes${host === undefined ? "" : ` for ${host}`}`,
      wanted: "the secretName of a Certificate whose dnsNames cover the listener's hostname",
    };
  });
}

function certified(ref: Field, host: string | undefined, owner: StackObject, stack: Stack): boolean {
  const namespace = ref.at("namespace").text() ?? owner.namespace;
  const secret = `${namespace}/${ref.at("name").text() ?? ""}`;
  const certificate = stack.find("cert-manager.io", "Certificate", secretOf, secret);
  if (certificate === undefined) return stack.find("", "Secret", nameOf, secret) !== undefined;
  return (
    host === undefined ||
    someKnown(certificate.root.at("spec", "dnsNames").items(), (name) => covers(name.text() ?? "", host))
  );
}

function* route(object: StackObject, stack: Stack): Generator<Violation> {
  if (onlyRedirects(object)) return;
  yield* eachKnown(object.root.at("spec", "parentRefs").items(), function* (parent) {
    if ((parent.at("kind").text() ?? "Gateway") !== "Gateway") return;
    const name = `${parent.at("namespace").text() ?? object.namespace}/${parent.at("name").text() ?? ""}`;
    const owner = stack.find(GATEWAY_API, "Gateway", nameOf, name);
    const listeners = owner ? listenersOf(owner).filter((listener) => names(parent, listener)) : [];
    const hosts = object.root.at("spec", "hostnames").items();
    const secure = (host: string | undefined) =>
      someKnown(listeners, (listener) => terminatesTls(listener) && listens(listener, host));
    if (hosts.length === 0 ? secure(undefined) : everyKnown(hosts, (host) => secure(host.text()))) return;
    yield {
      path: parent.path,
      given: owner ? `${owner.label} without an HTTPS listener for its hosts` : `${name}, a Gateway outside the stack`,
      wanted: "a Gateway of the stack with an HTTPS listener for each host",
      related: owner ? [owner.label] : [],
    };
  });
}

function listenersOf(gateway: StackObject): Field[] {
  return gateway.root.at("spec", "listeners").items();
}

function terminatesTls(listener: Field): boolean {
  const protocol = listener.at("protocol").text();
  return (protocol === "HTTPS" || protocol === "TLS") && listener.at("tls", "mode").text() !== "Passthrough";
}

/** A parent reference may narrow itself to one listener, by name or by port. */
function names(parent: Field, listener: Field): boolean {
  const section = parent.at("sectionName").text();
  const port = parent.at("port").number();
  return (
    (section === undefined || section === listener.at("name").text()) &&
    (port === undefined || port === listener.at("port").number())
  );
}

function listens(listener: Field, host: string | undefined): boolean {
  const name = listener.at("hostname").text();
  return name === undefined || host === undefined || covers(name, host);
}

/** A route that only sends browsers to HTTPS may be reached in clear. */
function onlyRedirects(object: StackObject): boolean {
  const rules = object.root.at("spec", "rules").items();
  return (
    rules.length > 0 &&
    everyKnown(rules, (rule) =>
      someKnown(rule.at("filters").items(), (filter) => filter.at("requestRedirect", "scheme").text() === "https"),
    )
  );
}
