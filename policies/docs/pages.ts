import { ENVIRONMENTS } from "../config/environments.ts";
import type { Rule } from "../core/rule.ts";
import { fixturesOf } from "../testing/fixtures.ts";
import { exampleOf } from "./example.ts";
import { indexPage } from "./index-page.ts";
import { rulePage } from "./rule-page.ts";

/** Every file of docs/rules by its name, with its text. */
export function pagesOf(rules: readonly Rule[]): Map<string, string> {
  return new Map([
    ["README.md", indexPage(rules)],
    ...rules.map((rule): [string, string] => [
      `${rule.id}.md`,
      rulePage(rule, ENVIRONMENTS, exampleOf(rule, fixturesOf(rule))),
    ]),
  ]);
}
