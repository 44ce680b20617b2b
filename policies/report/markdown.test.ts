import { Marked } from "marked";
import { beforeEach, expect, test } from "vitest";
import { renderMarkdown } from "./markdown.ts";
import { broken, NASTY, SAMPLE, SECRET } from "./testing/sample.ts";

// In each test anew: what is made as the file loads, no mutant reaches.
let markdown = "";
beforeEach(() => {
  markdown = renderMarkdown(SAMPLE);
});
const html = (text: string) => new Marked({ gfm: true }).parse(text, { async: false });

test("the verdict and the counts come first", () => {
  expect(markdown.split("\n").slice(0, 5)).toEqual([
    "### ❌ Plumbline: does not hold",
    "",
    "shop/&#42;.yaml: 3 broken, 1 warning, 1 not known yet, 1 exempt for now, 1 opted out, 1 passed, of 7 objects and 7 rules, 2026-10-15 12:00 UTC.",
    "",
    "**1 exemption has ended.**",
  ]);
  expect(renderMarkdown({ ...SAMPLE, lines: [], exemptions: [] })).toContain("### ✅ Plumbline: holds");
});

test("what must hold and is not known is no green tick", () => {
  const open = { ...SAMPLE, lines: SAMPLE.lines.filter(({ verdict }) => verdict !== "fail"), exemptions: [] };
  expect(renderMarkdown(open)).toContain("### ❔ Plumbline: not known whether it holds");
  expect(html(renderMarkdown(open))).toContain("exit code 3. With --unknown warn");
  expect(renderMarkdown({ ...open, unknown: "warn" })).toContain("### ✅ Plumbline: holds");
});

test("what is broken is a table, a row each, with place and fix", () => {
  expect(markdown).toContain(
    "| <code>replicas-min</code><br>high | Deployment shop/orders<br><code>shop/orders.yaml&#58;12</code> | <code>spec.replicas</code> is 1; wanted: at least 2 |",
  );
  const rows = html(markdown).match(/<tr>.*?<\/tr>/gs) ?? [];
  expect(rows).toHaveLength(1 + 3);
  for (const row of rows) expect(row.match(/<t[hd]>/g)).toHaveLength(4);
});

test("the rest is folded", () => {
  expect(markdown.match(/<details><summary>.*?<\/summary>/g)).toEqual([
    "<details><summary>Warnings (1)</summary>",
    "<details><summary>Not known (1)</summary>",
    "<details><summary>Exemptions (3)</summary>",
    "<details><summary>Opted out for good (1)</summary>",
  ]);
});

test("a name is text, whatever it looks like: no tag, no link, no cell, nobody called", () => {
  const shown = html(markdown);
  expect(shown).not.toContain("<script");
  expect(shown).not.toContain("<a ");
  expect(shown).not.toContain("<em>");
  expect(markdown).not.toMatch(/@team/);
  expect(markdown).not.toContain("\u001b");
  const decoded = shown
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/&(quot|lt|gt|amp);/g, (_, name) => ({ quot: '"', lt: "<", gt: ">", amp: "&" })[name as string] ?? "");
  expect(decoded).toContain(NASTY.replace("\u001b", " "));
  const links = renderMarkdown({
    ...SAMPLE,
    lines: [broken({ actual: "http://evil.test [a](b) <!-- --> | \\| `|`" })],
  });
  expect(html(links)).not.toContain("<a ");
  expect((html(links).match(/<td>/g) ?? []).length).toBe(4);
});

test("a fix of several lines stays in its cell", () => {
  const rows = html(renderMarkdown({ ...SAMPLE, lines: [broken({ fix: "a:\n  - b: |\n" })] }));
  expect(rows).toContain("<code>a&#58;<br>&nbsp;&nbsp;- b&#58; &#124;<br></code>");
});

test("it fits into a comment, and says what is left out", () => {
  const many = Array.from({ length: 5_000 }, (_, index) =>
    broken({ path: `spec.${index}`, ...(index % 2 === 0 && { rule: "spread-required" }) }),
  );
  const long = renderMarkdown({ ...SAMPLE, lines: many });
  expect(long.length).toBeLessThan(65_536);
  expect(long).toMatch(/\| and 2\d{3} more, in the full report \|/);
  expect(long).toMatch(/- and 2\d{3} more, in the full report/);
});

test("no secret is shown", () => expect(markdown).not.toContain(SECRET));
