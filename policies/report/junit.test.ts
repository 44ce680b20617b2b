import { SaxesParser } from "saxes";
import { beforeEach, expect, test } from "vitest";
import { renderJunit } from "./junit.ts";
import { broken, NASTY, SAMPLE, SECRET } from "./testing/sample.ts";

interface Element {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: Element[];
  text: string;
}

/** The document, by a parser that refuses what XML 1.0 does. */
function parsed(xml: string): Element {
  const root: Element = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  const parser = new SaxesParser();
  parser.on("opentag", ({ name, attributes }) => {
    const element: Element = { name, attributes: attributes as Record<string, string>, children: [], text: "" };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on("text", (text) => {
    const element = open.at(-1);
    if (element) element.text += text;
  });
  parser.on("closetag", () => open.pop());
  parser.write(xml).close();
  return root.children[0] as Element;
}

// In each test anew: what is made as the file loads, no mutant reaches.
let xml = "";
let suites: Element;
beforeEach(() => {
  xml = renderJunit(SAMPLE);
  suites = parsed(xml);
});
const suite = (name: string) => suites.children.find(({ attributes }) => attributes.name === name) as Element;

test("there is a suite for each rule, and one for the exemptions", () => {
  expect(suites.name).toBe("testsuites");
  expect(suites.children.map(({ attributes }) => attributes.name)).toEqual([
    ...SAMPLE.rules.map(({ rule }) => rule.id),
    "exemptions",
    "verdict",
  ]);
  expect(suite("replicas-min").attributes.package).toBe("Resilience");
});

test("the counts are those of what stands inside", () => {
  expect(suites.attributes).toMatchObject({ tests: "12", failures: "4", skipped: "4", errors: "0" });
  for (const { attributes, children } of suites.children) {
    const inside = (name: string) =>
      String(children.filter((one) => one.children.some((child) => child.name === name)).length);
    expect(attributes).toMatchObject({
      tests: String(children.length),
      failures: inside("failure"),
      skipped: inside("skipped"),
    });
  }
});

test("a violation is a failure with its level, its place, why and the fix", () => {
  const [first] = suite("replicas-min").children;
  expect(first?.attributes).toEqual({
    name: "Deployment shop/orders",
    classname: "replicas-min",
    file: "shop/orders.yaml",
    line: "12",
  });
  const [failure] = first?.children ?? [];
  expect(failure?.attributes.type).toBe("mandatory");
  expect(failure?.text).toContain(
    "at:   shop/orders.yaml:12\nsee:  HorizontalPodAutoscaler shop/orders\nwhy:  with one",
  );
});

test("what is advisory is no failure, and all is said of it", () => {
  const [skipped, out] = suite("spread-required").children[0]?.children ?? [];
  expect(skipped).toMatchObject({
    name: "skipped",
    attributes: { message: expect.stringMatching(/^advisory: Deployment shop\/orders: /) },
  });
  expect(out?.text).toContain("\nfix:  ");
});

test("what must hold and is not known is a failure where it decides the verdict, and only there", () => {
  const open = { ...SAMPLE, lines: SAMPLE.lines.filter(({ verdict }) => verdict !== "fail"), exemptions: [] };
  const verdict = (report: typeof SAMPLE) =>
    parsed(renderJunit(report)).children.find(({ attributes }) => attributes.name === "verdict")?.children[0]
      ?.children[0];
  expect(verdict(open)).toMatchObject({
    name: "failure",
    attributes: { message: expect.stringContaining("exit code 3. With --unknown warn") },
  });
  expect(verdict({ ...open, unknown: "warn" })?.name).toBe("skipped");
  expect(verdict(SAMPLE)?.name).toBe("skipped");
  expect(verdict({ ...SAMPLE, lines: [] })).toBeUndefined();
});

test("what is not known or exempt is skipped, with the reason; an opt-out passes, with its own", () => {
  const inside = (name: string, index = 0) => suite(name).children[index]?.children[0];
  expect(inside("seccomp-required")).toMatchObject({
    name: "skipped",
    attributes: { message: expect.stringContaining("is not known before up") },
  });
  expect(inside("image-tag-pinned")?.attributes.message).toContain("exempt until 2026-12-31: until the new registry");
  expect(inside("pdb-required", 1)?.text).toBe("opted out: one writer by design");
});

test("an object that breaks a rule in two places is one case", () => {
  const two = parsed(renderJunit({ ...SAMPLE, lines: [broken(), broken({ path: "spec.other" })], exemptions: [] }));
  expect(two.attributes).toMatchObject({ tests: "1", failures: "1" });
});

test("an exemption that has ended is a failure", () => {
  const states = suite("exemptions").children.map(({ children }) => children[0]?.name);
  expect(states).toEqual([undefined, "system-out", "failure"]);
});

test("whatever an object is called, it is XML, and the name is read back", () => {
  const name = suite("replicas-min").children[1]?.attributes.name;
  expect(name).toBe(`Deployment shop/${NASTY.replaceAll("\u001b", "\ufffd")}`);
  const odd = "\u0000\u0008\ufffe\ud800 ]]> \r\n\t\u{1f600}";
  const cases = parsed(renderJunit({ ...SAMPLE, lines: [broken({ actual: odd })] })).children[0]?.children;
  expect(cases?.[0]?.children[0]?.text).toContain("is \ufffd\ufffd\ufffd\ufffd ]]> \r\n\t\u{1f600};");
});

test("no secret is shown", () => expect(xml).not.toContain(SECRET));
