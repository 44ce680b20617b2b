import { didYouMean } from "../core/exemption.ts";
import { allowedOf, defaultsOf, isAllowed } from "../core/params.ts";
import type { Rule, Severity } from "../core/rule.ts";
import type { KnownRule } from "../rules/index.ts";

/**
 * What a broken rule does to an up: nothing, a warning, a stop before anything is made, or a repair of the declared
 * object (with a stop if that does not mend it).
 */
const LEVELS = ["disabled", "advisory", "mandatory", "remediate"] as const;
export type Level = (typeof LEVELS)[number];

type RuleOf<Id> = Extract<KnownRule, { id: Id }>;
type LevelFor<R> = R extends { remediate: unknown } ? Level : Exclude<Level, "remediate">;
type ParamsFor<R> = R extends { check(object: never, params: infer P, stack: never): unknown } ? Partial<P> : never;

/** How an environment holds its stacks to the rules. */
export interface Settings {
  /** The level of rules that are not named, by severity. */
  readonly levels: Readonly<Record<Severity, "disabled" | "advisory" | "mandatory">>;
  /** Single rules: another level, or other settings than the rule's defaults. */
  readonly rules?: {
    readonly [Id in KnownRule["id"]]?: {
      readonly level?: LevelFor<RuleOf<Id>>;
      readonly params?: ParamsFor<RuleOf<Id>>;
    };
  };
}

/** What Pulumi reads with `--policy-pack-config`: for each rule its level and every setting. */
export type PackConfig = Record<string, { enforcementLevel: Level } & Record<string, unknown>>;

/** What holds where nothing is configured: strict, so that a forgotten config is no loophole. */
const DEFAULT_LEVELS: Settings["levels"] = {
  critical: "mandatory",
  high: "mandatory",
  medium: "advisory",
  low: "advisory",
};

/** The level of a rule under some settings, or without any. */
export function levelOf(rule: Rule, settings?: Settings): Level {
  return ownSettings(rule, settings)?.level ?? (settings?.levels ?? DEFAULT_LEVELS)[rule.severity];
}

/** Spells settings out for the engine, rule by rule. */
export function packConfig(settings: Settings, rules: readonly Rule[]): PackConfig {
  return Object.fromEntries(
    rules.map((rule) => [
      rule.id,
      {
        enforcementLevel: levelOf(rule, settings),
        ...defaultsOf(rule.params),
        ...ownSettings(rule, settings)?.params,
      },
    ]),
  );
}

function ownSettings(rule: Rule, settings?: Settings): { level?: Level; params?: object } | undefined {
  return settings?.rules?.[rule.id as KnownRule["id"]];
}

/**
 * What is wrong with a pack config that somebody wrote, one sentence each: the field, what was given, what is allowed.
 * The engine itself refuses wrong levels and types, but not names that do not exist.
 */
export function packConfigProblems(config: unknown, rules: readonly Rule[]): string[] {
  if (!isRecord(config)) return ["the file is not a map of rules; allowed: { <rule>: { enforcementLevel: <level> } }"];
  return Object.entries(config).flatMap(([id, given]) => {
    const rule = rules.find((one) => one.id === id);
    if (!rule) return [`${id}: is not a rule; ${didYouMean(id, rules)}`];
    if (!isRecord(given)) return [`${id}: ${JSON.stringify(given)} was given; allowed: { enforcementLevel: <level> }`];
    return Object.entries(given).flatMap(([name, value]) => settingProblems(rule, name, value));
  });
}

function settingProblems(rule: Rule, name: string, value: unknown): string[] {
  const wrong = (allowed: string) => [`${rule.id}.${name}: ${JSON.stringify(value)} was given; allowed: ${allowed}`];
  if (name === "enforcementLevel") {
    const levels = LEVELS.filter((level) => level !== "remediate" || rule.remediate !== undefined);
    return levels.includes(value as Level) ? [] : wrong(levels.join(", "));
  }
  const spec = Object.hasOwn(rule.params, name) ? rule.params[name] : undefined;
  if (!spec) return wrong(["enforcementLevel", ...Object.keys(rule.params)].join(", "));
  return isAllowed(spec, value) ? [] : wrong(allowedOf(spec));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
