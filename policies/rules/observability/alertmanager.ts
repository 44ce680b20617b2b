import { embedded } from "../../core/embedded.ts";
import { type Field, MalformedValue } from "../../core/field.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { everyKnown, someKnown, UnknownValue } from "../../core/unknown.ts";

/** What an Alertmanager is told: who gets which alert. */
export interface Routing {
  readonly object: StackObject;
  readonly route: Field;
  readonly receivers: readonly Field[];
}

/** What is known of an alert before it fires, by the name of the label. */
export type Labels = (name: string) => string | undefined;

const AMAZON = "aws:amp/alertManagerDefinition:AlertManagerDefinition";

/** Whether an object tells an Alertmanager who gets which alert. */
export function isRouting(object: StackObject): boolean {
  const { root, group, kind, resource } = object;
  if (resource.type === AMAZON || isNamespaced(object)) return true;
  if (group === "helm.sh") return !root.at("values", "alertmanager", "config", "route").absent;
  if (group !== "" || (kind !== "ConfigMap" && kind !== "Secret")) return false;
  // At a first preview no Secret's files are known: of one that is not called as Alertmanager's, that says nothing.
  const files = /alertmanager/i.test(root.at("metadata", "name").text() ?? "")
    ? filesOf(object)
    : readable(() => filesOf(object));
  return someKnown(files, ([key, text]) => isRoutingFile(key, text));
}

/** Whether it is of the operator's kind that speaks for one namespace. */
export function isNamespaced({ group, kind }: StackObject): boolean {
  return group === "monitoring.coreos.com" && kind === "AlertmanagerConfig";
}

/** What an object tells an Alertmanager. Throws MalformedValue if it cannot be read. */
export function routingsOf(object: StackObject): Routing[] {
  return documentsOf(object).map((document) => ({
    object,
    route: document.at("route"),
    receivers: document.at("receivers").items(),
  }));
}

/** The receivers that get an alert, by name: every route that takes it hands it to its children, and keeps it if none does. */
export function receiversFor(route: Field, labels: Labels, above?: string): (string | undefined)[] {
  const receiver = route.at("receiver").text() ?? above;
  const reached: (string | undefined)[] = [];
  for (const child of route.at("routes").items()) {
    if (!takes(child, labels)) continue;
    reached.push(...receiversFor(child, labels, receiver));
    if (!child.at("continue").boolean()) break;
  }
  return reached.length > 0 ? reached : [receiver];
}

/** Whether a route takes an alert; a label that the alert does not have counts as empty. */
export function takes(route: Field, labels: Labels): boolean {
  const conditions = [
    ...route
      .at("match")
      .entries()
      .map(
        ([name, value]) =>
          () =>
            compare(value, labels(name), "=", value.text()),
      ),
    ...route
      .at("match_re")
      .entries()
      .map(
        ([name, value]) =>
          () =>
            compare(value, labels(name), "=~", value.text()),
      ),
    ...route
      .at("matchers")
      .items()
      .map((matcher) => () => meets(matcher, labels)),
  ];
  return everyKnown(conditions, (holds) => holds());
}

/** The labels by which a route tells alerts apart, as far as they can be read. */
export function labelsAskedBy(route: Field): string[] {
  return [
    ...readable(() =>
      route
        .at("match")
        .entries()
        .map(([name]) => name),
    ),
    ...readable(() =>
      route
        .at("match_re")
        .entries()
        .map(([name]) => name),
    ),
    ...readable(() => route.at("matchers").items()).flatMap((matcher) =>
      readable(() => {
        const { value } = matcher;
        if (typeof value !== "string") return [matcher.at("name").text() ?? ""];
        return conditionsIn(matcher, value).map(([, name]) => name ?? "");
      }),
    ),
  ];
}

/** Nothing of what is not known yet or misshapen. */
export function readable<T>(read: () => readonly T[]): readonly T[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnknownValue || error instanceof MalformedValue) return [];
    throw error;
  }
}

/** Every route below and with this one. */
export function routesOf(route: Field): Field[] {
  return [route, ...route.at("routes").items().flatMap(routesOf)];
}

function meets(matcher: Field, labels: Labels): boolean {
  if (typeof matcher.value !== "string") {
    const regex = matcher.at("regex").boolean() ? "=~" : "=";
    const name = matcher.at("name").text() ?? "";
    return compare(matcher, labels(name), matcher.at("matchType").text() ?? regex, matcher.at("value").text());
  }
  return conditionsIn(matcher, matcher.value).every(([, name, operator = "", quoted, plain]) =>
    compare(matcher, labels(name ?? ""), operator, quoted?.replace(/\\(.)/g, "$1") ?? plain?.trim()),
  );
}

/** One of `severity="critical", team =~ shop|pay`, from where the one before it ended: a text is read once. */
const CONDITION = /\s*"?([^\s"=!~,]+)"?\s*(=~|!~|!=|=)\s*(?:"((?:\\.|[^"\\])*)"\s*|([^\s",][^",]*)?)(?:,\s*|$)/y;

function conditionsIn(matcher: Field, written: string): RegExpExecArray[] {
  const text = written.trim().replace(/^\{|\}$/g, "");
  const conditions: RegExpExecArray[] = [];
  for (let end = 0; end < text.length || conditions.length === 0; ) {
    CONDITION.lastIndex = end;
    const condition = CONDITION.exec(text);
    if (!condition) throw new MalformedValue(matcher.path, "no matcher", 'one such as severity="critical"');
    conditions.push(condition);
    end = CONDITION.lastIndex;
  }
  return conditions;
}

function compare(field: Field, label = "", operator: string, value = ""): boolean {
  if (operator === "=") return label === value;
  if (operator === "!=") return label !== value;
  try {
    return new RegExp(`^(?:${value})$`, "s").test(label) === (operator === "=~");
  } catch {
    throw new MalformedValue(field.path, "no regular expression", "one that can be read");
  }
}

function documentsOf(object: StackObject): Field[] {
  const { root, group, resource } = object;
  if (isNamespaced(object)) return [root.at("spec")];
  if (group === "helm.sh") return [root.at("values", "alertmanager", "config")];
  if (resource.type === AMAZON) return [embedded(embedded(root, "definition"), "alertmanager_config")];
  return filesOf(object)
    .filter(([key, text]) => isRoutingFile(key, text))
    .map(([key, text, holder]) => embedded(holder, key, text()));
}

/** The texts in a ConfigMap or a Secret, whose `data` is base64. */
function filesOf({ root, kind }: StackObject): [key: string, text: () => string, holder: Field][] {
  const plain = kind === "Secret" ? root.at("stringData") : root.at("data");
  const coded = kind === "Secret" ? root.at("data") : root.at("stringData");
  // Where secrets are hidden, a text stands for the whole of them.
  if (typeof plain.value === "string" || typeof coded.value === "string") return [];
  return [
    ...plain.entries().map(([key, field]) => [key, () => field.text() ?? "", plain] as const),
    ...coded
      .entries()
      .map(([key, field]) => [key, () => Buffer.from(field.text() ?? "", "base64").toString(), coded] as const),
  ].map(([key, text, holder]) => [key, text, holder]);
}

/** By what it says, not by whether it can be read: a file that is broken must be told of. */
function isRoutingFile(key: string, read: () => string): boolean {
  if (!/\.(?:ya?ml|json)$/.test(key)) return false;
  const text = read();
  return /^[ \t{]*"?route"?\s*:/m.test(text) && /\breceivers"?\s*:/.test(text);
}
