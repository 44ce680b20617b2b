import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { load } from "js-yaml";
import { judge } from "../core/judge.ts";
import { defaultsOf } from "../core/params.ts";
import { fromManifest, type Resource } from "../core/resource.ts";
import type { Rule, Violation } from "../core/rule.ts";
import { Stack } from "../core/stack.ts";
import { StackObject } from "../core/stack-object.ts";
import { UNKNOWN } from "../core/unknown.ts";

/**
 * A stack whose first object is judged by one rule: manifests, or resources as `{ type, name, props }`. In YAML,
 * `<unknown>` stands for a value that is not known yet, and an item `peer: [...]` holds the stack that it is measured against.
 */
export interface Fixture {
  readonly name: string;
  /** What the rule says of the first object; `none`: it is none of the rule's business. */
  readonly verdict: "pass" | "fail" | "unknown" | "none";
  /** Path and given of the first violation, or the path that is not known yet. */
  readonly path?: string;
  readonly given?: string;
  /** The `fix` of the violations, where they have their own: of the only one, or of each. */
  readonly advice?: string | readonly (string | null)[];
  /** What the first violation names as having a part in it. */
  readonly related?: readonly string[];
  /** How many violations there are, if more than one. */
  readonly paths?: number;
  /** Settings of the rule, over its defaults. */
  readonly params?: Record<string, unknown>;
  /** Pulumi's own settings of every object, e.g. `{ protect: true }`. */
  readonly options?: Resource["options"];
  readonly stack: readonly Manifest[];
  /** What makes a failing stack pass. */
  readonly fix?: {
    /** Which object is changed; 0 by default. */
    readonly object?: number;
    /** Values by their paths in it, e.g. `"spec.replicas": 2`. */
    readonly set?: Record<string, unknown>;
    /** Objects that come to the stack. */
    readonly add?: readonly Manifest[];
    readonly options?: Resource["options"];
    /** What an update then does to it. */
    readonly operation?: string;
  };
  /** Whether the rule's remediation makes it pass. */
  readonly remediated?: boolean;
}

export type Manifest = Record<string, unknown>;

/** Holds the resources of a peer, in its property of this name. */
export const PEER = "fixture:peer";

const RULES_FOLDER = join(import.meta.dirname, "../rules");

/** Every file below the rules' folder that ends so, by its name without the ending. */
export function ruleFiles(ending: string): Map<string, string> {
  const files = readdirSync(RULES_FOLDER, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(ending),
  );
  return new Map(files.map((file) => [basename(file, ending), join(RULES_FOLDER, file)]));
}

const FIXTURES = ruleFiles(".fixtures.yaml");

/** The fixtures of a rule, from the file beside it. */
export function fixturesOf(rule: Rule): Fixture[] {
  const file = FIXTURES.get(rule.id);
  if (file === undefined) throw new Error(`${rule.id} has no fixtures: write ${rule.id}.fixtures.yaml beside the rule`);
  return withUnknowns(load(readFileSync(file, "utf8"))) as Fixture[];
}

/** A copy of a fixture's stack, as resources. */
export function resourcesOf(fixture: Fixture, stack = fixture.stack, options = fixture.options): Resource[] {
  return stack.flatMap((manifest) =>
    resourcesIn(copy(manifest)).map((one) => ({ ...one, ...(options && { options }) })),
  );
}

/** A manifest, a resource as Pulumi has it: `{ type, name, props }`, or a peer. */
function resourcesIn(manifest: Manifest): Resource[] {
  if (Array.isArray(manifest.peer)) return [{ type: PEER, name: "peer", props: manifest }];
  return isResource(manifest) ? [manifest as unknown as Resource] : fromManifest(manifest);
}

function isResource(manifest: Manifest): manifest is { type: string; name: string; props: Manifest } {
  return "props" in manifest;
}

/** The fixture with its fix applied. */
export function fixed(fixture: Fixture): Resource[] {
  const { object = 0, set = {}, add = [], options = fixture.options, operation } = fixture.fix ?? {};
  const stack = [...fixture.stack.map(copy), ...add];
  const target = stack[object] as Manifest;
  for (const [path, value] of Object.entries(set)) put(isResource(target) ? target.props : target, path, value);
  if (operation !== undefined) Object.assign(target, { operation });
  return resourcesOf(fixture, stack, options);
}

/** A line of YAML as advice gives it: perhaps whose it is, a path, and a value that is nothing but YAML. */
const LINE =
  /^(?:([A-Z]\w+ [\w./-]+): )?((?:[\w$.-]|\[\d+\]|\["[^"]+"\])+):\s+(?!.*, (?:and|or) )(\S+|"[^"]*"|[[{].*[\]}])$/s;

/**
 * A stack with everything done that violations of its first object advise. Undefined if one of them advises nothing of its own, or says it in words,
 * or with a place for a name that only people know.
 */
export function advised(fixture: Fixture, violations: readonly Violation[]): Resource[] | undefined {
  const resources = resourcesOf(fixture);
  for (const { fix = "" } of violations) {
    const [, label, path = "", value = ""] = LINE.exec(fix) ?? [];
    const target = label === undefined ? resources[0] : resources.find((one) => new StackObject(one).label === label);
    if (!target || value.includes("<") || !Object.hasOwn(target.props, /^[\w$-]*/.exec(path)?.[0] ?? ""))
      return undefined;
    // What stands in a text is not reached by a path.
    if (/\["[^"]+\.(?:json|ya?ml)"\]/.test(path)) return undefined;
    put(target.props, path, load(value));
  }
  return resources;
}

/** What a rule says of the first of some resources, in the words of a fixture. */
export function verdictOn(rule: Rule, resources: readonly Resource[], params: Record<string, unknown> = {}) {
  const [peers, own] = [resources.filter(({ type }) => type === PEER), resources.filter(({ type }) => type !== PEER)];
  const peer = peers[0] && new Stack((peers[0].props.peer as Manifest[]).flatMap(resourcesIn));
  const stack = new Stack(own, peer);
  const [subject] = stack.objects;
  if (!subject) throw new Error("a fixture has at least one object");
  const judgement = judge(
    rule,
    subject,
    { ...defaultsOf(rule.params), ...params },
    rule.scope === "stack" ? stack : undefined,
  );
  const violations: readonly Violation[] = judgement?.verdict === "fail" ? judgement.violations : [];
  const path = judgement?.verdict === "unknown" ? judgement.path : violations[0]?.path;
  return { verdict: judgement?.verdict ?? "none", path, violations };
}

/** The fixture's stack once for every value below `metadata`, `spec`, `data` and `props`, with that one value not known yet. */
export function* withOneUnknown(fixture: Fixture): Generator<[path: string, stack: Manifest[]]> {
  for (const [index, manifest] of fixture.stack.entries())
    for (const keys of pathsIn(manifest)) {
      const stack = fixture.stack.map(copy);
      const holder = keys.slice(0, -1).reduce((at, key) => at[key] as Manifest, stack[index] as Manifest);
      holder[keys.at(-1) ?? ""] = UNKNOWN;
      yield [`[${index}].${keys.join(".")}`, stack];
    }
}

function pathsIn(value: unknown, above: readonly string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value)
    .filter(([key]) => above.length > 0 || ["metadata", "spec", "data", "props"].includes(key))
    .flatMap(([key, item]) => [[...above, key], ...pathsIn(item, [...above, key])]);
}

function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)])) as T;
}

function withUnknowns(value: unknown): unknown {
  if (value === "<unknown>") return UNKNOWN;
  if (Array.isArray(value)) return value.map(withUnknowns);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withUnknowns(item)]));
}

/** Sets `a.b[0]["c/d"]`, making objects on the way. */
function put(object: Manifest, path: string, value: unknown): void {
  const keys = Array.from(path.matchAll(/\["([^"]+)"\]|\[(\d+)\]|([^.[\]]+)/g), ([, quoted, index, plain]) =>
    index === undefined ? (quoted ?? plain ?? "") : Number(index),
  );
  const last = keys.pop() as string | number;
  let holder = object as Record<string | number, unknown>;
  for (const key of keys) {
    holder[key] ??= {};
    holder = holder[key] as Record<string | number, unknown>;
  }
  holder[last] = value;
}
