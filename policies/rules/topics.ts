import type { Rule } from "../core/rule.ts";

/**
 * The rules of all topics in one list, topic by topic.
 * @throws Error if two rules have one id: configs, exemptions, fixtures and pages would all mean either of them.
 */
export function rulesOf(topics: Readonly<Record<string, readonly Pick<Rule, "id">[]>>): readonly Rule[] {
  const all = Object.entries(topics).flatMap(([topic, rules]) => rules.map((rule) => ({ topic, rule })));
  const twice = [...Map.groupBy(all, ({ rule }) => rule.id)].filter(([, rules]) => rules.length > 1);
  if (twice.length > 0)
    throw new Error(
      twice
        .map(([id, rules]) =>
          sameId(
            id,
            rules.map(({ topic }) => topic),
          ),
        )
        .join("\n"),
    );
  return all.map(({ rule }) => rule as Rule);
}

function sameId(id: string, topics: readonly string[]): string {
  const files = Array.from(new Set(topics), (topic) => `policies/rules/${topic}/index.ts`).join(" and in ");
  return `${topics.length} rules have the id ${JSON.stringify(id)}: they are named in ${files}; give each an id of its own, and its file the same name`;
}
