import { beforeEach, expect, test } from "vitest";
import { broken, SAMPLE, SECRET } from "./testing/sample.ts";
import { renderText } from "./text.ts";

// In each test anew: what is made as the file loads, no mutant reaches.
let text = "";
beforeEach(() => {
  text = renderText(SAMPLE);
});

test("says of each violation what, where, why and the fix, under its file and its object", () => {
  expect(text).toContain(`shop/orders.yaml
  Deployment shop/orders
    [mandatory] [severity: high]  replicas-min
      what: Deployment shop/orders: spec.replicas is 1; wanted: at least 2
      at:   shop/orders.yaml:12
      see:  HorizontalPodAutoscaler shop/orders
      why:  with one pod, every restart, node drain and crash is an outage of
            the service
      fix:  spec.replicas: 2
      else: annotate the object with plumbline.dev/opt-out.replication:
            "<reason, 10 characters or more>"
`);
});

test("what is broken comes first, over all files, then what is not known, then the warnings", () => {
  const titles = text.split("\n").filter((line) => /^(?:Broken|Not known|Warnings) \(/.test(line));
  expect(titles).toEqual(["Broken (3)", "Not known (1)", "Warnings (1)"]);
  const at = (rule: string) => text.indexOf(`  ${rule}\n`);
  expect(at("secret-literal-forbidden")).toBeLessThan(at("seccomp-required"));
  expect(at("seccomp-required")).toBeLessThan(at("spread-required"));
});

test("that nothing was judged is said", () => {
  const nothing = { ...SAMPLE, rules: SAMPLE.rules.slice(0, 1), objects: 1, lines: [], exemptions: [] };
  expect(renderText(nothing, { width: 120 })).toContain(
    "Nothing was judged: none of the rules that were asked (1) has anything to say of 1 object.\nHolds: ",
  );
  expect(text).not.toContain("Nothing was judged");
});

test("a fix of several lines stays as it is", () => {
  expect(text).toContain(`      fix:  topologySpreadConstraints:
              - { maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, labelSelector`);
});

test("what is not known, exempt or opted out is told apart from what is broken", () => {
  expect(text).toContain("[unknown] [severity: medium]  seccomp-required");
  expect(text).toContain(
    "what: Deployment shop/orders: spec.template.spec.securityContext is not\n            known before up",
  );
  expect(text).toContain("- holds until 2026-12-31: the exemption of shop team");
  expect(text).toContain("- not needed in this run: the exemption of shop team from replicas-min");
  expect(text).toContain("- ended on 2026-10-14: the exemption of shop team");
  expect(text).toContain("- Deployment shop/writer from pdb-required: one writer by design");
});

test("the last words are the sum by level", () => {
  expect(text.trimEnd().split("\n").slice(-2).join(" ")).toBe(
    "Does not hold: 3 mandatory violations, 1 advisory violation, 1 exemption has ended, 1 not known yet, 1 exempt, 1 opted out, 1 passed (7 objects, 7 rules).",
  );
  expect(renderText({ ...SAMPLE, lines: [], exemptions: [] })).toContain("Holds: 0 mandatory violations");
});

test("what a rule would repair in an up is counted as mandatory, with its own level", () => {
  const repaired = renderText({ ...SAMPLE, lines: [broken({ rule: "seccomp-required" })], exemptions: [] });
  expect(repaired).toContain(
    "Does not hold: 1 mandatory violation (1 of rules at level remediate, which must\nhold too), 0 not known yet",
  );
});

test("what must hold and is not known does not hold, and the way out is named", () => {
  const open = { ...SAMPLE, lines: SAMPLE.lines.filter(({ verdict }) => verdict !== "fail"), exemptions: [] };
  const one = (text: string) => text.replaceAll("\n", " ");
  expect(one(renderText(open))).toContain(
    "1 finding of rules that must hold is not known: the check ends with exit code 3. With --unknown warn that is let be, and it ends with 0. Not known whether it holds: 0 mandatory violations, 1 not known yet",
  );
  const warned = one(renderText({ ...open, unknown: "warn" }));
  expect(warned).toContain("let be by --unknown warn. Holds: 0 mandatory violations");
  const advisory = open.rules.map(({ rule }) => ({ rule, level: "advisory" as const }));
  expect(renderText({ ...open, rules: advisory })).toContain("Holds: 0 mandatory violations");
});

test("a secret of Pulumi is told apart from what is known later", () => {
  const lines = SAMPLE.lines.filter(({ verdict }) => verdict === "unknown").map((one) => ({ ...one, secret: true }));
  const said = renderText({ ...SAMPLE, lines }, { width: 200 });
  expect(said).toContain("securityContext is a secret of Pulumi, never read; the rule cannot judge it");
  expect(said).not.toContain("not known before up");
});

test("prose is wrapped at 80 columns", () => {
  const long = text.split("\n").filter((line) => line.length > 80 && line.trim().includes(" "));
  expect(long.every((line) => line.includes("topologyKey") || line.includes("<script>"))).toBe(true);
  const narrow = renderText(SAMPLE, { width: 40 }).split("\n");
  expect(narrow).toContain("      why:  with one pod, every restart,");
});

test("there are no colours unless they are asked for, and no escape of anyone else's", () => {
  const ESC = "\u001b";
  expect(text).not.toContain(ESC);
  expect(text).toContain("\\u001b[31m");
  expect(renderText(SAMPLE, { color: true })).toContain(`${ESC}[31m[mandatory]${ESC}[0m`);
});

test("no secret is shown", () => {
  expect(text).not.toContain(SECRET);
  expect(text).toContain("(not shown: it holds a private key)");
});
