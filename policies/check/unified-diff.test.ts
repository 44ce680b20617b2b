import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { edited, type TextEdit } from "./text-edits.ts";
import { unifiedDiff } from "./unified-diff.ts";

const TEXT = Array.from({ length: 20 }, (_, line) => `line ${line + 1}\n`).join("");
const at = (line: number) => TEXT.indexOf(`line ${line}\n`);
const insertion = (line: number, text: string): TextEdit => ({ start: at(line), end: at(line), text, depth: 0 });

test("changes are shown with three lines around them, near ones together", () => {
  const edits = [
    insertion(3, "new\n"),
    { start: at(5), end: at(5) + 4, text: "LINE", depth: 0 },
    insertion(19, "late\n"),
  ];
  expect(unifiedDiff("a.yaml", TEXT, edits, [])).toBe(`--- a.yaml
+++ a.yaml
@@ -1,8 +1,9 @@
 line 1
 line 2
+new
 line 3
 line 4
-line 5
+LINE 5
 line 6
 line 7
 line 8
@@ -16,5 +17,6 @@
 line 16
 line 17
 line 18
+late
 line 19
 line 20
`);
});

test("a line that may show a secret is no context, and patch still finds the place", () => {
  const text = "spec:\n  env:\n  - name: A\n    value: hunter2\n  a: 1\n  b: 2\n  c: 3\n";
  const edit = { start: text.indexOf("  b:"), end: text.indexOf("  b:"), text: "  new: 1\n", depth: 0 };
  expect(unifiedDiff("a.yaml", text, [edit])).toBe(
    "--- a.yaml\n+++ a.yaml\n@@ -5,2 +5,3 @@\n   a: 1\n+  new: 1\n   b: 2\n",
  );
});

test("changes on both sides of such a line are told apart", () => {
  const text = "a: 1\nvalue: hunter2\nb: 1\n";
  const edits = [
    { start: 0, end: 0, text: "n: 1\n", depth: 0 },
    { start: text.indexOf("b:"), end: text.indexOf("b:"), text: "m: 1\n", depth: 0 },
  ];
  expect(unifiedDiff("a", text, edits)).toBe("--- a\n+++ a\n@@ -1,1 +1,2 @@\n+n: 1\n a: 1\n@@ -2,0 +4,1 @@\n+m: 1\n");
});

test("a change of such a line itself is left out, and said", () => {
  const text = "a: 1\n- { name: A, value: hunter2 }\nb: 1\n";
  const edit = { start: text.indexOf(" }"), end: text.indexOf(" }"), text: ", x: 1", depth: 0 };
  const diff = unifiedDiff("a", text, [edit, { start: 0, end: 1, text: "c", depth: 0 }]);
  expect(diff).toBe(
    "Left out: the change of a:2, a line that may show a secret; --fix makes it.\n--- a\n+++ a\n@@ -1,1 +1,1 @@\n-a: 1\n+c: 1\n",
  );
});

test("no edits are no diff", () => expect(unifiedDiff("a.yaml", TEXT, [])).toBe(""));

test("a last line without an end says so", () => {
  const edits = [{ start: 3, end: 3, text: "\nb", depth: 0 }];
  expect(unifiedDiff("a", "a:x", edits)).toBe(
    "--- a\n+++ a\n@@ -1,1 +1,2 @@\n-a:x\n\\ No newline at end of file\n+a:x\n+b\n\\ No newline at end of file\n",
  );
});

const hasPatch = spawnSync("patch", ["--version"]).status === 0;

test.skipIf(!hasPatch)(
  "patch makes of the text what the edits make of it (skipped: there is no patch)",
  () => {
    const dir = mkdtempSync(join(tmpdir(), "plumbline-diff-"));
    const line = fc.stringMatching(/^[ab ]{0,3}$/);
    const texts = fc.tuple(fc.array(line, { minLength: 1, maxLength: 25 }), fc.boolean());
    const cuts = fc.array(fc.tuple(fc.nat(), fc.nat(4), fc.array(line, { maxLength: 3 }), fc.boolean()), {
      maxLength: 4,
    });
    // Lines that are no context, whatever stands in them.
    const masks = fc.array(fc.boolean(), { maxLength: 25 });
    try {
      fc.assert(
        fc.property(texts, cuts, masks, ([lines, ended], changes, closed) => {
          const text = lines.join("\n") + (ended ? "\n" : "");
          fc.pre(text !== "");
          const edits = apart(text, changes);
          const after = edited(text, edits);
          // An empty text is a removed file to patch.
          fc.pre(after !== "");
          const masked = unifiedDiff("text", text, edits, closed);
          const diff = masked.includes("Left out: ") ? unifiedDiff("text", text, edits, []) : masked;
          writeFileSync(join(dir, "text"), text);
          if (diff === "") {
            expect(after).toBe(text);
            return;
          }
          const { status, stdout } = spawnSync("patch", ["-p0", "--force", "-o", "out", "text"], {
            cwd: dir,
            input: diff,
            encoding: "utf8",
          });
          expect(status, stdout).toBe(0);
          expect(readFileSync(join(dir, "out"), "utf8"), diff).toBe(after);
        }),
        { numRuns: 150 },
      );
    } finally {
      rmSync(dir, { recursive: true });
    }
  },
  60_000,
);

/** Edits that touch one another nowhere: insertions of lines, and replacements within the text. */
function apart(text: string, changes: readonly [number, number, string[], boolean][]): TextEdit[] {
  let from = 0;
  return changes.flatMap(([offset, length, lines, whole]) => {
    if (from >= text.length) return [];
    let start = from + (offset % (text.length - from));
    if (whole) start = text.indexOf("\n", start) + 1 || text.length;
    const end = whole ? start : Math.min(text.length, start + length);
    if (start < from) return [];
    from = end + 1;
    return [
      {
        start,
        end,
        text: whole && text[start - 1] === "\n" ? lines.map((one) => `${one}\n`).join("") : lines.join("\n"),
        depth: 0,
      },
    ];
  });
}
