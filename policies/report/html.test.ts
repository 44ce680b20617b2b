import { createHash } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { SECTIONS } from "../core/rule.ts";
import { renderHtml } from "./html.ts";
import { broken, NASTY, SAMPLE, SECRET } from "./testing/sample.ts";

// In each test anew: what is made as the file loads, no mutant reaches.
let page = "";
beforeEach(() => {
  page = renderHtml(SAMPLE);
});
const between = (from: string, to: string, text = page) =>
  text.slice(text.indexOf(from), text.indexOf(to, text.indexOf(from)));

test("the head says the verdict, what it is about, and what has to be repaired, the gravest first", () => {
  const head = between("<body>", "<nav");
  expect(head).toContain("<h1>Production checklist: does not hold</h1>");
  expect(head).toContain("3 findings break what must hold. 1 exemption has ended. 1 finding is not known yet.");
  expect(head.match(/href="#rule-[a-z-]+"/g)).toEqual([
    'href="#rule-secret-literal-forbidden"',
    'href="#rule-replicas-min"',
  ]);
  expect(head).toContain('<time datetime="2026-10-15T12:00:00.000Z">2026-10-15 12:00 UTC</time>');
});

test("a report that holds says so, and names nothing to repair", () => {
  const good = renderHtml({ ...SAMPLE, lines: [], exemptions: [] });
  expect(good).toContain("<h1>Production checklist: holds</h1>");
  expect(good).not.toContain("What has to be repaired");
});

test("what must hold and is not known is neither", () => {
  const open = { ...SAMPLE, lines: SAMPLE.lines.filter(({ verdict }) => verdict !== "fail"), exemptions: [] };
  const text = renderHtml(open);
  expect(text).toContain("<h1>Production checklist: not known whether it holds</h1>");
  expect(text).toContain('<div class="verdict unknown">');
  expect(text).toContain("the check ends with exit code 3");
  expect(renderHtml({ ...open, unknown: "warn" })).toContain("<h1>Production checklist: holds</h1>");
});

test("all eleven sections are there, and each rule in its own", () => {
  for (const [id, title] of Object.entries(SECTIONS)) expect(page).toContain(`<h2 id="title-${id}">${title}</h2>`);
  expect(between('id="section-scalability"', "</section>")).toContain('id="rule-hpa-target-exists"');
  expect(between('id="section-compliance"', "</section>")).toContain("No rule of this section was asked.");
});

test("a rule says why, how to repair it, how it is got around, and what was found", () => {
  const rule = between('id="rule-replicas-min"', "</details>");
  for (const text of [
    "with one pod, every restart, node drain and crash is an outage of the service",
    "<pre>spec.replicas: &#60;min&#62;, or minReplicas: &#60;min&#62; on its autoscaler</pre>",
    "plumbline.dev/opt-out.replication",
    "Evidence of replicas-min: 2 findings",
    "<td>at least 2</td>",
    "<pre>spec.replicas: 2</pre>",
  ])
    expect(rule).toContain(text);
  expect(between('id="rule-secret-literal-forbidden"', "</details>")).toContain("it cannot be exempted");
  expect(between('id="rule-hpa-target-exists"', "</details>")).toContain("No object that was judged");
});

test("frameworks that people ask for are all named, with controls, verdicts and rules", () => {
  const frameworks = between('id="frameworks"', "</section>");
  for (const name of ["(PSS)", "(NSA)", "(CIS)", "SOC 2", "PCI DSS", "GDPR", "MITRE"])
    expect(frameworks).toContain(name);
  expect(frameworks).toContain(
    '<th scope="row">PSS:restricted</th><td><span class="chip unknown">not known yet</span></td><td><a href="#rule-seccomp-required">',
  );
});

test("exemptions come with their days and states, opt-outs with their reasons", () => {
  const exemptions = between('id="exemptions"', "</section>");
  for (const text of ["used", "unused", "expired", "2026-12-31", "2026-10-14", "platform team", "SHOP-3"])
    expect(exemptions).toContain(text);
  expect(between('id="opt-outs"', "</section>")).toContain("one writer by design");
  expect(between('id="unknowns"', "</section>")).toContain("securityContext");
});

test("tables have captions and scopes", () => {
  const tables = page.split("<table>").slice(1);
  expect(tables.length).toBeGreaterThan(8);
  for (const table of tables) {
    expect(table).toMatch(/^<caption>.+<\/caption>/);
    expect(table).toContain('<th scope="col">');
    expect(table).toContain('<th scope="row">');
  }
});

test("nothing comes from elsewhere, and the page's policy names its own style and script", () => {
  expect(page).not.toMatch(/(?:src|href)="(?!#|data:,")/);
  expect(page).not.toMatch(/ (?:style|on[a-z]+)="/);
  for (const element of ["style", "script"]) {
    const text = page.slice(page.indexOf(`<${element}>`) + element.length + 2, page.indexOf(`</${element}>`));
    const digest = createHash("sha256").update(text).digest("base64");
    expect(page).toContain(`${element}-src &#39;sha256-${digest}&#39;`);
  }
});

test("whatever is called whatever, it is text", () => {
  const nasty = broken({
    object: { type: NASTY, namespace: NASTY, name: NASTY },
    file: NASTY,
    path: NASTY,
    actual: NASTY,
    wanted: NASTY,
    related: [NASTY],
    fix: NASTY,
  });
  const lines = [
    nasty,
    { ...nasty, verdict: "unknown" as const },
    { ...nasty, verdict: "pass" as const, optOut: NASTY },
  ];
  const exemption = {
    rule: NASTY,
    resource: NASTY,
    owner: NASTY,
    reason: NASTY,
    ticket: NASTY,
    approver: NASTY,
    expires: NASTY,
  };
  const text = renderHtml({ ...SAMPLE, subject: NASTY, lines, exemptions: [{ exemption, state: "used" }] });
  expect(text.match(/<script/g)).toHaveLength(1);
  expect(text).not.toContain("\u001b");
});

test("no secret is in it", () => expect(page).not.toContain(SECRET));
