import { isDeepStrictEqual } from "node:util";
import { HELD } from "../admission/table.ts";
import { levelOf, packConfig, type Settings } from "../config/settings.ts";
import { MIN_REASON, optOutKey } from "../core/opt-out.ts";
import { allowedOf } from "../core/params.ts";
import { type Rule, SECTIONS } from "../core/rule.ts";
import type { Example, ShownStack } from "./example.ts";
import { code, fenced, prose, table } from "./markdown.ts";

/** The page of one rule, from its record alone. */
export function rulePage(rule: Rule, environments: Readonly<Record<string, Settings>>, example?: Example): string {
  return [
    `# ${rule.id}`,
    `${prose(rule.title)}.`,
    record(rule),
    ...(rule.needs === undefined ? [] : [`**It needs** ${prose(rule.needs)}.`]),
    "## Why",
    `${prose(sentence(rule.why))}.`,
    "## Fix",
    fenced("text", rule.fix),
    "## Settings",
    settings(rule),
    "## Levels",
    levels(rule, environments),
    "## Ways around",
    waysAround(rule),
    "## Example",
    ...(example ? exampleParts(example) : [noExample(rule)]),
    "",
  ].join("\n\n");
}

function record(rule: Rule): string {
  const section = SECTIONS[rule.section];
  return table(
    ["", ""],
    [
      ["Section", `[${section}](README.md#${anchor(section)})`],
      ["Severity", rule.severity],
      ["Judges", rule.scope === "stack" ? "objects by what stands beside them in the stack" : "each object by itself"],
      [
        "Repairs",
        rule.remediate ? `what it can, at level ${code("remediate")}` : "nothing: that is for the owner to do",
      ],
      ...(isHeld(rule) ? [["In the cluster", "the API server [holds everyone](../admission.md) to it, too"]] : []),
      ["Frameworks", rule.frameworks.length === 0 ? "none" : rule.frameworks.map(code).join(", ")],
    ],
  );
}

function isHeld({ id }: Rule): boolean {
  return HELD.some(({ rule }) => rule.id === id);
}

/** The anchor that a heading gets on the common hosts of Git. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}

function settings({ id, params }: Rule): string {
  const all = Object.entries(params);
  if (all.length === 0) return "It has none but its level.";
  const rows = all.map(([name, spec]) => [
    code(name),
    code(JSON.stringify(spec.default)),
    prose(allowedOf(spec)),
    prose(spec.description),
  ]);
  const [name, spec] = all[0] ?? [];
  return [
    table(["Setting", "Default", "Allowed", "Meaning"], rows),
    "In `policies/config/environments.ts`:",
    fenced("ts", `rules: { ${JSON.stringify(id)}: { params: { ${name}: ${JSON.stringify(spec?.default)} } } }`),
    "In the file after `--config` of `plumbline check`:",
    fenced("yaml", `${id}: { ${name}: ${JSON.stringify(spec?.default)} }`),
  ].join("\n\n");
}

function levels(rule: Rule, environments: Readonly<Record<string, Settings>>): string {
  const rows = Object.entries(environments).map(([name, own]) => [name, levelOf(rule, own), settingsOf(rule, own)]);
  return table(["Environment", "Level", "Settings"], [...rows, ["where nothing is configured", levelOf(rule), ""]]);
}

/** The settings of an environment that are not the rule's defaults. */
function settingsOf(rule: Rule, own: Settings): string {
  const set = Object.entries(packConfig(own, [rule])[rule.id] ?? {}).filter(
    ([name, value]) => name !== "enforcementLevel" && !isDeepStrictEqual(value, rule.params[name]?.default),
  );
  return set.map(([name, value]) => code(`${name}: ${JSON.stringify(value)}`)).join(", ");
}

function waysAround(rule: Rule): string {
  const forGood =
    rule.optOut === undefined
      ? "- **For good:** none on the object."
      : `- **For good:** annotate the object with ${code(optOutKey(rule.optOut))} and a reason of ${MIN_REASON} characters or more.`;
  const forATime = rule.exemptable
    ? "- **For a time:** an [exemption](../policies.md#grant-an-exemption)."
    : "- **For a time:** none. It cannot be exempted.";
  return `${forGood}\n${forATime}`;
}

function exampleParts({ broken, params, message, mended }: Example): string[] {
  const given = Object.entries(params).map(([name, value]) => code(`${name}: ${JSON.stringify(value)}`));
  return [
    `This breaks the rule${given.length > 0 ? `, where its settings are ${given.join(", ")}` : ""}${withOptions(broken)}:`,
    fenced("yaml", broken.text),
    "It says:",
    fenced("text", message),
    ...(mended ? [`This holds${withOptions(mended)}:`, fenced("yaml", mended.text)] : []),
  ];
}

function noExample({ id }: Rule): string {
  return `None here: it would take more than one stack. The fixtures beside the rule, ${code(`${id}.fixtures.yaml`)}, have some.`;
}

function withOptions({ options }: ShownStack): string {
  return options ? `, declared with ${code(`protect: ${options.protect}`)} in its options` : "";
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
