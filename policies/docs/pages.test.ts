import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { Marked } from "marked";
import { describe, expect, test } from "vitest";
import { ENVIRONMENTS } from "../config/environments.ts";
import { fromManifest, type Resource } from "../core/resource.ts";
import { defineRule, type Rule, SECTIONS } from "../core/rule.ts";
import { jsonSchema } from "../report/json-schema.ts";
import { RULES } from "../rules/index.ts";
import { type Fixture, fixturesOf, verdictOn } from "../testing/fixtures.ts";
import { exampleOf, type ShownStack } from "./example.ts";
import { code, fenced, prose } from "./markdown.ts";
import { pagesOf } from "./pages.ts";
import { anchor, rulePage } from "./rule-page.ts";

const DOCS = join(import.meta.dirname, "../../docs");
/** In each test anew: what is made as the file loads, no mutant reaches. */
const pages = () => pagesOf(RULES);
const ruleOf = (id: string) => RULES.find((rule) => rule.id === id) as Rule;
const page = (id: string) => pagesOf([ruleOf(id)]).get(`${id}.md`) ?? "";

test("what is written is what the rules say (npm run docs:rules)", () => {
  const written = readdirSync(join(DOCS, "rules")).map((name): [string, string] => [
    name,
    readFileSync(join(DOCS, "rules", name), "utf8"),
  ]);
  expect(Object.fromEntries(written)).toEqual(Object.fromEntries(pages()));
  expect(JSON.parse(readFileSync(join(DOCS, "report.schema.json"), "utf8"))).toEqual(jsonSchema());
});

test("the list names every rule once, in its section, and its links lead somewhere", () => {
  const list = pages().get("README.md") ?? "";
  const [sections = "", frameworks = ""] = list.split("## Frameworks");
  for (const title of Object.values(SECTIONS)) expect(sections).toContain(`\n## ${title}\n`);
  const links = Array.from(sections.matchAll(/\]\(([a-z-]+\.md)\)/g), ([, link]) => link);
  expect(links.toSorted()).toEqual(RULES.map(({ id }) => `${id}.md`).sort());
  for (const control of RULES.flatMap((rule) => rule.frameworks)) expect(frameworks).toContain(`| \`${control}\` |`);
});

test("a page has the whole record", () => {
  const text = page("seccomp-required");
  for (const part of [
    "# seccomp-required\n\nContainers run under a seccomp profile.",
    "| Severity | medium |",
    "| Repairs | what it can, at level `remediate` |",
    "| Frameworks | `PSS:restricted` |",
    "Without a profile a container may use every system call",
    "securityContext: { seccompProfile: { type: RuntimeDefault } }",
    '| `level` | `"restricted"` | one of "restricted", "baseline" |',
    "| staging | remediate |",
    "| production | mandatory |",
  ])
    expect(text).toContain(part);
  expect(page("replicas-min")).toContain("annotate the object with `plumbline.dev/opt-out.replication`");
  expect(page("replicas-min")).toContain("| production | mandatory | `min: 3` |");
  expect(page("secret-literal-forbidden")).toContain("none. It cannot be exempted.");
});

test("a page says what its rule needs, why it has no example, and leads to what it names", () => {
  const text = page("environment-parity");
  expect(text).toContain("**It needs** a second stack to compare with: plumbline check staging/ --compare-with");
  expect(text).toContain("## Example\n\nNone here: it would take more than one stack.");
  expect(page("replicas-min")).not.toMatch(/It needs|None here/);
  expect(page("replicas-min")).toContain("```yaml\nreplicas-min: { min: 2 }\n```");
  const [, anchorOfExemption = ""] = /\[exemption\]\(\.\.\/policies\.md#([a-z-]+)\)/.exec(text) ?? [];
  const headings = readFileSync(join(DOCS, "policies.md"), "utf8").matchAll(/^## (.*)$/gm);
  expect(Array.from(headings, ([, heading = ""]) => anchor(heading))).toContain(anchorOfExemption);
  expect(anchorOfExemption).toBe("grant-an-exemption");
});

const examples = RULES.flatMap((rule) => {
  const example = exampleOf(rule, fixturesOf(rule));
  return example ? [{ id: rule.id, rule, example }] : [];
});

test("nearly every rule has an example", () => {
  expect(examples.length).toBeGreaterThan(0.9 * RULES.length);
});

describe.each(examples)("the example of $id", ({ rule, example }) => {
  const judged = ({ text, options }: ShownStack) => {
    const resources = loadAll(text).flatMap(resourcesIn);
    return verdictOn(
      rule,
      resources.map((one) => ({ ...one, ...(options && { options }) })),
      example.params,
    );
  };

  test("breaks the rule, and what is said to hold does", () => {
    expect(judged(example.broken).verdict).toBe("fail");
    if (example.mended) expect(judged(example.mended).verdict).toBe("pass");
    expect(page(rule.id)).toContain(example.message);
  });
});

test("a fixture that holds a secret by its shape, or what is not known, is no example", () => {
  const rule = ruleOf("secret-literal-forbidden");
  const map = (value: unknown): Fixture => ({
    name: "x",
    verdict: "fail",
    stack: [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { SESSION_TOKEN: value } }],
  });
  expect(exampleOf(rule, [map("-----BEGIN PRIVATE KEY-----"), map("letmein")])?.broken.text).toContain("letmein");
  expect(exampleOf(rule, [map("-----BEGIN PRIVATE KEY-----")])).toBeUndefined();
});

test("what looks like markup in a record stays text", () => {
  const odd = defineRule({
    ...ruleOf("replicas-min"),
    id: "odd-rule",
    title: "Say <script>alert(1)</script> | `a` *b* [c](d)",
    fix: "```\nfix",
    params: { a: { type: "string", default: "x|`y`", description: "A <b>." } },
  } as Rule);
  const html = new Marked({ gfm: true }).parse(rulePage(odd, ENVIRONMENTS), { async: false });
  expect(html).not.toMatch(/<(?:script|b|em|a href="d")>/);
  expect(html).toContain("Say &lt;script&gt;alert(1)&lt;/script&gt; | `a` *b* [c](d).");
  expect(html).toContain("<code>&quot;x|`y`&quot;</code>");
});

test("prose, code and blocks are escaped for where they stand", () => {
  expect(prose("a\n<b> | c")).toBe("a &lt;b&gt; \\| c");
  expect(code("a|b")).toBe("`a\\|b`");
  expect(fenced("yaml", "a: `` ```")).toBe("````yaml\na: `` ```\n````");
  expect(anchor("Discovery and gateway")).toBe("discovery-and-gateway");
});

function resourcesIn(document: unknown) {
  const manifest = document as Partial<Resource>;
  if (manifest.props === undefined) return fromManifest(manifest);
  return [manifest as Resource];
}
