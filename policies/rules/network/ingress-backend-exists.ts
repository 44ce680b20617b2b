import { GATEWAY_API, isIngress, isRoute } from "../../core/entry.ts";
import type { Field } from "../../core/field.ts";
import { KeyIndex } from "../../core/key-index.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, everyKnown, someKnown } from "../../core/unknown.ts";

/** The AWS load balancer controller reads the backend from an annotation of this name where this stands for the port. */
const ELSEWHERE = "use-annotation";

const nameOf = (service: StackObject) => `${service.namespace}/${service.name}`;
const isGrant = ({ group, kind }: StackObject) => group === GATEWAY_API && kind === "ReferenceGrant";
const GRANTS = new KeyIndex(isGrant, function* (grant) {
  yield grant.namespace;
});

export const ingressBackendExists = defineRule({
  id: "ingress-backend-exists",
  section: "discovery",
  title: "What an Ingress or a route sends requests to is a Service of the stack, and a port that it has",
  severity: "high",
  why: "requests for the path are answered with 503 by the gateway, and nothing in the cluster reports an error",
  fix: "name a Service and a port of it: { service: { name: orders, port: { number: 8080 } } }",
  frameworks: [],
  scope: "stack",
  optOut: "backend",
  exemptable: true,
  params: {},
  subjects: (object) => isIngress(object) || isRoute(object),
  *check(object, _params, stack) {
    if (isRoute(object)) yield* inRoute(object, stack);
    else yield* inIngress(object, stack);
  },
});

function* inIngress(ingress: StackObject, stack: Stack): Generator<Violation> {
  const spec = ingress.root.at("spec");
  const judged = (backend: Field) => ingressBackend(backend, ingress, stack);
  const parts = [
    () => eachKnown([spec.at("defaultBackend"), spec.at("backend")], (one) => (one.absent ? [] : judged(one))),
    () =>
      eachKnown(spec.at("rules").items(), (rule) =>
        eachKnown(rule.at("http", "paths").items(), (path) => judged(path.at("backend"))),
      ),
  ];
  yield* eachKnown(parts, (part) => part());
}

function ingressBackend(backend: Field, ingress: StackObject, stack: Stack): Iterable<Violation> {
  // A bucket or the like: the controller's own kinds.
  if (!backend.at("resource").absent) return [];
  const isOld = ingress.version !== "v1";
  const name = isOld ? backend.at("serviceName") : backend.at("service", "name");
  if (name.absent) return [violation(name, "the name of a Service")];
  if (isOld) return service(name, backend.at("servicePort"), ingress.namespace, stack);
  const port = backend.at("service", "port");
  return service(name, port.at("name").absent ? port.at("number") : port.at("name"), ingress.namespace, stack);
}

function inRoute(route: StackObject, stack: Stack): Iterable<Violation> {
  return eachKnown(route.root.at("spec", "rules").items(), function* (rule) {
    yield* eachKnown(rule.at("backendRefs").items(), (ref) => routeBackend(ref, route, stack));
    yield* eachKnown(rule.at("filters").items(), (filter) => {
      const mirror = filter.at("requestMirror", "backendRef");
      return mirror.absent ? [] : routeBackend(mirror, route, stack);
    });
  });
}

function* routeBackend(ref: Field, route: StackObject, stack: Stack): Generator<Violation> {
  if ((ref.at("kind").text() ?? "Service") !== "Service" || (ref.at("group").text() ?? "") !== "") return;
  const namespace = ref.at("namespace").text() ?? route.namespace;
  const wrong = [...service(ref.at("name"), ref.at("port"), namespace, stack)];
  yield* wrong;
  if (wrong.length > 0 || namespace === route.namespace) return;
  const name = ref.at("name").text() ?? "";
  if (
    anyOf(GRANTS.candidates(stack, namespace), (grant) => grant.namespace === namespace && grants(grant, route, name))
  )
    return;
  yield violation(ref.at("namespace"), `a Service of ${route.namespace}, or a ReferenceGrant in ${namespace}`, {
    given: `${JSON.stringify(namespace)}, where no ReferenceGrant lets a ${route.kind} of ${route.namespace} in`,
  });
}

/** Whether a ReferenceGrant lets the routes of a namespace send to a Service of its own namespace. */
function grants(grant: StackObject, route: StackObject, service: string): boolean {
  const spec = grant.root.at("spec");
  const parts = [
    () =>
      someKnown(
        spec.at("from").items(),
        (from) =>
          from.at("group").text() === GATEWAY_API &&
          from.at("kind").text() === route.kind &&
          from.at("namespace").text() === route.namespace,
      ),
    () =>
      someKnown(
        spec.at("to").items(),
        (to) =>
          (to.at("group").text() ?? "") === "" &&
          to.at("kind").text() === "Service" &&
          (to.at("name").text() ?? service) === service,
      ),
  ];
  return everyKnown(parts, (part) => part());
}

function* service(name: Field, port: Field, namespace: string, stack: Stack): Generator<Violation> {
  if (port.value === ELSEWHERE) return;
  const named = `${namespace}/${name.text() ?? ""}`;
  const found = stack.find("", "Service", nameOf, named);
  if (found === undefined) {
    yield violation(name, `the name of a Service in ${namespace}`, {
      given: `${name.shown()}, which no Service of ${namespace} is called`,
      fix: `correct the name, or add { apiVersion: v1, kind: Service, metadata: { name: ${name.text()}, namespace: ${namespace} } }`,
    });
    return;
  }
  const ports = found.root.at("spec", "ports").items();
  if (ports.length === 0 && found.root.at("spec", "type").text() === "ExternalName") return;
  if (!port.absent && someKnown(ports, (one) => isPort(one, port))) return;
  yield violation(port, "a port of that Service, by its number or its name", {
    given: `${port.shown()}, which ${found.label} does not have`,
    related: [found.label],
  });
}

/** A number may be written as a text. */
function isPort(port: Field, wanted: Field): boolean {
  const value = wanted.scalar();
  return String(port.at("port").number()) === value || port.at("name").text() === value;
}
