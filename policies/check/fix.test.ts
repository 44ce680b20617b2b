import { expect, test } from "vitest";
import { evaluate } from "../core/evaluate.ts";
import { RULES } from "../rules/index.ts";
import { readManifests } from "../sources/manifest.ts";
import { type FixedText, fixedText } from "./fix.ts";
import { askedRules } from "./settings-file.ts";

const asked = askedRules(RULES, { only: [] });

function fix(text: string, exemptions: Parameters<typeof evaluate>[1]["exemptions"] = []): FixedText {
  const given = { file: "a.yaml", text, found: false };
  const { resources } = readManifests(given);
  return fixedText({ text: given, resources }, evaluate(resources, { rules: RULES, exemptions }), asked);
}

const POD = `# ours
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop } # one line
spec:
    containers:   # four spaces, on purpose

    - name: web
      image: "web:1"    # pinned
`;

test("repairs are added, and every line that was there is there still, comments too", () => {
  const { after, repaired, left } = fix(POD);
  expect(repaired).toEqual(["Pod shop/web: seccomp-required", "Pod shop/web: sa-token-automount-forbidden"]);
  expect(left).toEqual([]);
  const lines = after.split("\n");
  expect(lines.filter((line) => POD.split("\n").includes(line))).toEqual(POD.split("\n"));
  expect(after).toContain("\n    automountServiceAccountToken: false\n");
  expect(after).toContain("\n    securityContext:\n      seccompProfile:\n        type: RuntimeDefault\n");
});

test("a second time there is nothing to do", () => {
  const { after, edits } = fix(fix(POD).after);
  expect([after, edits]).toEqual([fix(POD).after, []]);
});

test("every document and every item of a List is repaired", () => {
  const item = "  - apiVersion: v1\n    kind: Pod\n    metadata: { name: b }\n    spec: { containers: [] }\n";
  const { after, repaired } = fix(`${POD}---\napiVersion: v1\nkind: List\nitems:\n${item}`);
  expect(repaired).toContain("Pod b: sa-token-automount-forbidden");
  expect(after).toContain("spec: { containers: [], automountServiceAccountToken: false }");
});

test("a byte order mark and Windows line ends stay", () => {
  const { after, left } = fix(`\uFEFF${POD.replaceAll("\n", "\r\n")}`);
  expect(left).toEqual([]);
  expect(after.startsWith("\uFEFF# ours\r\n")).toBe(true);
  expect(after.match(/[^\r]\n/)).toBeNull();
  expect(after).toContain("\r\n    automountServiceAccountToken: false\r\n");
});

test("an item of a PodList is repaired where it stands", () => {
  const { after } = fix(
    "apiVersion: v1\nkind: PodList\nitems:\n- metadata: { name: a }\n  spec:\n    containers: []\n",
  );
  expect(after).toBe(
    "apiVersion: v1\nkind: PodList\nitems:\n- metadata: { name: a }\n  spec:\n    containers: []\n    automountServiceAccountToken: false\n",
  );
});

test("JSON stays JSON", () => {
  const { after, left } = fix(
    JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, spec: {} }, null, 2),
  );
  expect(left).toEqual([]);
  expect(JSON.parse(after).spec.automountServiceAccountToken).toBe(false);
});

test("what shares its text with something else is left, and said", () => {
  const text = `apiVersion: v1
kind: List
items:
  - { apiVersion: v1, kind: Pod, metadata: { name: a }, spec: &spec { containers: [] } }
  - { apiVersion: v1, kind: Pod, metadata: { name: b }, spec: *spec }
`;
  const { after, repaired, left } = fix(text);
  expect([after, repaired]).toEqual([text, []]);
  expect(left[0]).toMatch(/^Pod a: .*: an anchor is set there$/);
  expect(left[1]).toMatch(/^Pod b: .*: an alias stands there$/);
});

test("what is exempted, and what no rule can repair without harm, is left alone", () => {
  const exemption = { owner: "o", reason: "for the time being", ticket: "T-1", approver: "p", expires: "9999-12-31" };
  const exemptions = asked
    .filter(({ rule }) => rule.remediate)
    .map(({ rule }) => ({ ...exemption, rule: rule.id, resource: "Pod shop/web" }));
  expect(fix(POD, exemptions).edits).toEqual([]);
  const ownAccount = `${POD}    serviceAccountName: operator\n    automountServiceAccountToken: true\n`;
  const { repaired, left } = fix(ownAccount);
  expect(repaired).not.toContain("Pod shop/web: sa-token-automount-forbidden");
  expect(left).toEqual([
    expect.stringMatching(/^Pod shop\/web: sa-token-automount-forbidden: the object says otherwise, .* by hand/),
  ]);
});
