import { embedded } from "../../core/embedded.ts";
import { type Field, MalformedValue } from "../../core/field.ts";
import { Lookup } from "../../core/lookup.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { textIn, wordsIn } from "./words.ts";

/** A dashboard, or what may be one. */
interface Dashboard {
  readonly object: StackObject;
  /** Words by which it may be known to be a service's. */
  words(): ReadonlySet<string>;
}

const AMAZON = "aws:cloudwatch/dashboard:Dashboard";
const GRAFANA = new Set(["grafana.integreatly.org", "integreatly.org"]);

/** Dashboards with something on them that speak, or may speak, of a service. */
export function dashboardsOf(service: string, stack: Stack): Dashboard[] {
  return stack.derived(dashboardsIn).of(service);
}

/** Whether a dashboard is one that Grafana loads: of a ConfigMap only by the label that its sidecar looks for. */
export function isLoaded({ object }: Dashboard, label: string): boolean {
  return object.kind !== "ConfigMap" || !object.root.at("metadata", "labels", label).absent;
}

const dashboardsIn = (stack: Stack) =>
  new Lookup(stack.objects.filter(maybeDashboard).map(dashboardOf), (dashboard) => dashboard.words());

function maybeDashboard({ resource, group, kind }: StackObject): boolean {
  if (resource.type === AMAZON) return true;
  return (group === "" && kind === "ConfigMap") || (kind === "GrafanaDashboard" && GRAFANA.has(group ?? ""));
}

/** Read once: a dashboard is a long text, and every service asks. */
function dashboardOf(object: StackObject): Dashboard {
  try {
    const words = new Set(documentsOf(object).flatMap(wordsOn));
    if (words.size > 0) for (const word of namesOf(object)) words.add(word);
    return { object, words: () => words };
  } catch (error) {
    if (error instanceof MalformedValue) return { object, words: () => new Set() };
    const fail = () => {
      throw error;
    };
    return { object, words: fail };
  }
}

function documentsOf({ root, resource, kind }: StackObject): Field[] {
  if (resource.type === AMAZON) return [embedded(root, "dashboardBody")];
  if (kind === "GrafanaDashboard") {
    const spec = root.at("spec");
    return spec.at("json").absent ? [spec] : [embedded(spec, "json")];
  }
  const data = root.at("data");
  return data
    .entries()
    .filter(([key]) => key.endsWith(".json"))
    .map(([key]) => embedded(data, key));
}

/** An empty dashboard shows nothing of anything. */
function wordsOn(document: Field): string[] {
  if (typeof document.value !== "object") return [];
  const elements = document.at("spec", "elements").entries().length + document.at("elements").entries().length;
  const lists = ["panels", "rows", "widgets"].map((name) => document.at(name).items().length);
  const isElsewhere = ["url", "grafanaCom", "configMapRef", "gzipJson"].some((key) => !document.at(key).absent);
  return isElsewhere || elements > 0 || lists.some((count) => count > 0) ? wordsIn(textIn(document)) : [];
}

/** `orders-dashboard` is of `orders`; so is what carries its label. */
function namesOf(object: StackObject): string[] {
  if (object.kind === undefined) return wordsIn(object.resource.name);
  const labels = object.root.at("metadata", "labels");
  const bare = object.name.replace(/^(?:grafana-)?dashboards?-|-dashboards?$/g, "");
  return [bare, ...["app.kubernetes.io/name", "app", "service"].flatMap((label) => labels.at(label).text() ?? [])];
}
