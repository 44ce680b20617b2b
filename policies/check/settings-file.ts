import { load } from "js-yaml";
import { ENVIRONMENTS } from "../config/environments.ts";
import { type Level, levelOf, packConfig, packConfigProblems, type Settings } from "../config/settings.ts";
import { didYouMean } from "../core/exemption.ts";
import { defaultsOf } from "../core/params.ts";
import type { Rule, Severity } from "../core/rule.ts";
import { readText } from "./files.ts";
import { WrongUse } from "./wrong-use.ts";

/** A rule that will be asked, its level, and its settings. */
export interface AskedRule {
  readonly rule: Rule;
  readonly level: Exclude<Level, "disabled">;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface Choice {
  /**
   * A JSON or YAML file, as policies/config or environments.ts has them; `levels` in it sets levels by severity, and a
   * level may stand alone, as Pulumi takes it too: `replicas-min: advisory`.
   */
  readonly config?: string;
  /** One of policies/config/environments.ts. */
  readonly environment?: string;
  /** Only these rules. Empty: all. */
  readonly only: readonly string[];
}

const SEVERITIES: readonly Severity[] = ["critical", "high", "medium", "low"];
const SEVERITY_LEVELS: readonly unknown[] = ["disabled", "advisory", "mandatory"];

type Configured = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Which rules are asked, and how strictly. What the file says of a rule goes before what the environment says of it, then
 * come the file's levels by severity, the environment's, and the strict defaults. Throws WrongUse.
 */
export function askedRules(rules: readonly Rule[], { config, environment, only }: Choice): AskedRule[] {
  const settings = environment === undefined ? undefined : environmentSettings(environment);
  const file = config === undefined ? { rules: {}, levels: {} } : readConfig(config, rules);
  const base = settings && packConfig(settings, rules);
  const own = (settings?.rules ?? {}) as Readonly<Record<string, { level?: Level } | undefined>>;
  const asked = named(rules, only).flatMap((rule) => {
    const { enforcementLevel, ...params } = file.rules[rule.id] ?? {};
    const level = (enforcementLevel ??
      own[rule.id]?.level ??
      file.levels[rule.severity] ??
      levelOf(rule, settings)) as Level;
    if (level === "disabled") return [];
    const { enforcementLevel: _, ...environmentParams } = base?.[rule.id] ?? {};
    return [{ rule, level, params: { ...defaultsOf(rule.params), ...environmentParams, ...params } }];
  });
  if (asked.length > 0) return asked;
  throw new WrongUse("no rule is left to be asked: the settings disable every one of them");
}

function named(rules: readonly Rule[], only: readonly string[]): readonly Rule[] {
  const ids = new Set(rules.map(({ id }) => id));
  const wrong = only.filter((id) => !ids.has(id));
  if (wrong.length > 0)
    throw new WrongUse(
      wrong.map((id) => `--rule: ${JSON.stringify(id)} is not a rule; ${didYouMean(id, rules)}`).join("\n"),
    );
  return only.length === 0 ? rules : rules.filter(({ id }) => only.includes(id));
}

function environmentSettings(name: string): Settings {
  if (Object.hasOwn(ENVIRONMENTS, name)) return ENVIRONMENTS[name as keyof typeof ENVIRONMENTS];
  const known = Object.keys(ENVIRONMENTS).join(", ");
  throw new WrongUse(`--environment: ${JSON.stringify(name)} was given; allowed: ${known}`);
}

function readConfig(
  file: string,
  rules: readonly Rule[],
): { rules: Configured; levels: Readonly<Record<string, Level>> } {
  const value = readData(file, "--config");
  const { levels = {}, rules: nested = {}, ...rest } = isRecord(value) ? value : {};
  const configured = isRecord(value)
    ? { ...spelledOut(rest, rules), ...(isRecord(nested) && spelledOut(nested)) }
    : value;
  const problems = [
    ...levelProblems(levels),
    ...nestedProblems(nested, rest),
    ...packConfigProblems(configured, rules),
  ];
  if (problems.length > 0) throw new WrongUse(problems.map((problem) => `${file}: ${problem}`).join("\n"));
  return { rules: configured as Configured, levels: levels as Record<string, Level> };
}

/** Rules may stand below `rules`, as in environments.ts. One that is set in both places is set in neither. */
function nestedProblems(nested: unknown, rest: Readonly<Record<string, unknown>>): string[] {
  if (!isRecord(nested))
    return ["rules: is no map; allowed: { <rule>: { level: <level>, params: { <setting>: <value> } } }"];
  return Object.keys(nested)
    .filter((id) => Object.hasOwn(rest, id))
    .map((id) => `${id}: is set twice, below rules and beside it; allowed: one of them`);
}

/**
 * Every way of writing a rule's settings as `{ enforcementLevel, <setting>: <value> }`; what is none of them, as it is. A
 * rule may have a setting `level`: beside other settings of such a rule (`owners`), the word means that.
 */
function spelledOut(rules: Readonly<Record<string, unknown>>, owners: readonly Rule[] = []): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(rules).map(([id, given]) => {
      if (typeof given === "string") return [id, { enforcementLevel: given }];
      if (!isRecord(given)) return [id, given];
      const { level, params = {}, ...rest } = given;
      const isOwn = owners.some((rule) => rule.id === id && Object.hasOwn(rule.params, "level"));
      if (!isRecord(params) || (isOwn && given.params === undefined)) return [id, given];
      return [id, { ...(level !== undefined && { enforcementLevel: level }), ...rest, ...params }];
    }),
  );
}

function levelProblems(levels: unknown): string[] {
  if (!isRecord(levels)) return ["levels: is no map; allowed: { <severity>: disabled, advisory or mandatory }"];
  return Object.entries(levels).flatMap(([severity, level]) => {
    if (!SEVERITIES.includes(severity as Severity))
      return [`levels.${severity}: is no severity; allowed: ${SEVERITIES.join(", ")}`];
    if (SEVERITY_LEVELS.includes(level)) return [];
    return [`levels.${severity}: ${JSON.stringify(level)} was given; allowed: ${SEVERITY_LEVELS.join(", ")}`];
  });
}

/** What a file of settings holds, in JSON or YAML. Throws WrongUse that names the option which named the file. */
function readData(file: string, option: string): unknown {
  try {
    return load(readText(file));
  } catch (error) {
    const [reason] = (error as Error).message.split("\n");
    throw new WrongUse(`${option}: ${file} cannot be read: ${reason}`, { cause: error });
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
