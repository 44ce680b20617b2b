import type { Field } from "../../core/field.ts";
import { containersOf, makesPods } from "../../core/pods.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import { eachKnown, someKnown } from "../../core/unknown.ts";
import { PROBES_OF_CONTAINER } from "./probe.ts";

/** The probes that connect to a port. */
const CONNECTING = ["httpGet", "tcpSocket", "grpc"] as const;

export const probePortDeclared = defineRule({
  id: "probe-port-declared",
  section: "reliability",
  title: "A probe asks at a port that its container declares",
  severity: "high",
  why: "a probe at a port where nothing listens never succeeds: the pod never gets traffic, or is restarted for ever",
  fix: "ports: [{ name: http, containerPort: 8080 }], readinessProbe: { httpGet: { path: /readyz, port: http } }",
  frameworks: [],
  scope: "resource",
  optOut: "probes",
  exemptable: true,
  params: {
    fields: {
      type: "array",
      items: { type: "string", enum: PROBES_OF_CONTAINER },
      default: PROBES_OF_CONTAINER,
      description: "The probes that are judged.",
    },
  },
  subjects: makesPods,
  *check(object, { fields }) {
    yield* eachKnown(containersOf(object), ({ field }) =>
      eachKnown(fields, (name) =>
        eachKnown(CONNECTING, (action) => undeclared(field.at("ports"), field.at(name, action))),
      ),
    );
  },
});

function* undeclared(ports: Field, action: Field): Generator<Violation> {
  if (action.absent || action.at("host").text()) return; // Another host's ports are declared there.
  const port = action.at("port");
  const asked = typeof port.value === "string" || typeof port.value === "number" ? port.value : undefined;
  if (asked !== undefined && someKnown(ports.items(), (declared) => isPort(declared, asked))) return;
  yield {
    path: port.path,
    given: port.shown(),
    wanted: "a TCP port that the container declares, by its name or number",
    fix:
      typeof asked === "number"
        ? `${ports.path}: [{ containerPort: ${asked} }]`
        : `${ports.path}: [{ name: http, containerPort: <port> }], ${port.path}: http`,
  };
}

/** Probes speak TCP. A number in quotes is a number to the kubelet. */
function isPort(declared: Field, asked: string | number): boolean {
  const number = declared.at("containerPort").number();
  const names = declared.at("name").text() === asked || String(number) === String(asked);
  return names && (declared.at("protocol").text() ?? "TCP") === "TCP";
}
