import type { Field } from "../../core/field.ts";
import { containersOf, makesPods, podOf, runsForever } from "../../core/pods.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, someKnown } from "../../core/unknown.ts";
import { objectivesOf } from "./objectives.ts";

const idOf = (object: StackObject) => `${object.namespace}/${object.name}`;
const ATTRIBUTES = "OTEL_RESOURCE_ATTRIBUTES";

export const telemetryEnvironmentSet = defineRule({
  id: "telemetry-environment-set",
  section: "observability",
  title: "A service is told its name and version in OpenTelemetry's variables",
  severity: "medium",
  why: "traces, metrics and logs of a program that does not know its name cannot be told apart or joined, and land under unknown_service",
  fix: "env: [{ name: OTEL_SERVICE_NAME, value: <name> }, { name: OTEL_RESOURCE_ATTRIBUTES, value: service.namespace=<namespace>,service.version=<version> }]",
  frameworks: [],
  scope: "stack",
  optOut: "telemetry",
  exemptable: true,
  params: {
    variables: {
      type: "array",
      items: { type: "string" },
      default: ["OTEL_SERVICE_NAME", ATTRIBUTES],
      description: "Variables that one of its containers is given.",
    },
    attributes: {
      type: "array",
      items: { type: "string" },
      default: ["service.namespace", "service.version"],
      description: `What ${ATTRIBUTES} tells, where it is a plain text.`,
    },
    onlyWithObjectives: {
      type: "boolean",
      default: true,
      description: "Leave out workloads that declare no objective, which are mostly other people's programs.",
    },
  },
  subjects: (object) => makesPods(object) && runsForever(object),
  *check(workload, { variables, attributes, onlyWithObjectives }, stack) {
    const containers = containersOf(workload).filter(({ role }) => role === "container");
    if (onlyWithObjectives && objectivesOf(workload).length === 0) return;
    if (isInjected(workload)) return;
    const environments = containers.map(({ field }) => environmentOf(field, workload, stack));
    yield* eachKnown(variables, function* (name) {
      if (name === "OTEL_SERVICE_NAME" && someKnown(environments, (one) => namesItself(one))) return;
      if (someKnown(environments, (one) => one.has(name))) return;
      yield unset(workload, name);
    });
    yield* eachKnown(environments, (environment) => untold(environment, attributes));
  },
});

/** The variables of a container: their fields, or undefined for those that a ConfigMap or a Secret of the stack brings. */
interface Environment {
  has(name: string): boolean;
  field(name: string): Field | undefined;
}

function environmentOf(container: Field, workload: StackObject, stack: Stack): Environment {
  const variables = container.at("env").items();
  const field = (name: string) => {
    let found: Field | undefined;
    someKnown(variables, (variable) => {
      if (variable.at("name").text() !== name) return false;
      found = variable;
      return true;
    });
    return found;
  };
  const sources = container.at("envFrom").items();
  return {
    field,
    has: (name) => {
      const variable = field(name);
      if (variable !== undefined) return !variable.at("valueFrom").absent || (variable.at("value").text() ?? "") !== "";
      return someKnown(sources, (source) => brings(source, name, workload.namespace, stack));
    },
  };
}

function brings(source: Field, name: string, namespace: string, stack: Stack): boolean {
  const prefix = source.at("prefix").text() ?? "";
  if (!name.startsWith(prefix)) return false;
  const map = source.at("configMapRef", "name").text();
  if (map === undefined) return false;
  const object = stack.find("", "ConfigMap", idOf, `${namespace}/${map}`);
  return object !== undefined && (object.root.at("data", name.slice(prefix.length)).text() ?? "") !== "";
}

/** OpenTelemetry's operator puts the variables in by itself. */
function isInjected(workload: StackObject): boolean {
  const annotations = podOf(workload).metadata.at("annotations").entries();
  return someKnown(
    annotations,
    ([key, value]) => key.startsWith("instrumentation.opentelemetry.io/inject-") && value.text() !== "false",
  );
}

function attributesIn(environment: Environment): string | undefined {
  return environment.field(ATTRIBUTES)?.at("value").text();
}

function namesItself(environment: Environment): boolean {
  return /(?:^|,)\s*service\.name=[^,\s]/.test(attributesIn(environment) ?? "");
}

function unset(workload: StackObject, name: string): Violation {
  const value = name === ATTRIBUTES ? `service.namespace=${workload.namespace},service.version=<version>` : undefined;
  return {
    path: podOf(workload).spec.at("containers").path,
    given: `without ${name} in any container`,
    wanted: `${name} in the environment of one`,
    fix: `env: [{ name: ${name}, value: ${value ?? (name === "OTEL_SERVICE_NAME" ? workload.name : "<value>")} }]`,
  };
}

/** What a text of attributes leaves out; one that is filled in from elsewhere cannot be read. */
function* untold(environment: Environment, attributes: readonly string[]): Generator<Violation> {
  const text = attributesIn(environment);
  const field = environment.field(ATTRIBUTES)?.at("value");
  if (text === undefined || field === undefined || text === "") return;
  const told = new Set(text.split(",").map((pair) => pair.split("=")[0]?.trim()));
  const missing = attributes.filter((attribute) => !told.has(attribute));
  if (missing.length > 0) {
    const fix = `value: ${text},${missing.map((attribute) => `${attribute}=<value>`).join(",")}`;
    yield { path: field.path, given: `without ${missing.join(" and ")}`, wanted: attributes.join(" and "), fix };
  }
}
