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
  expect(unifiedDiff("a.yaml", TEXT, edits)).toBe(`--- a.yaml
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
    try {
      fc.assert(
        fc.property(texts, cuts, ([lines, ended], changes) => {
          const text = lines.join("\n") + (ended ? "\n" : "");
          fc.pre(text !== "");
          const edits = apart(text, changes);
          const after = edited(text, edits);
          // An empty text is a removed file to patch.
          fc.pre(after !== "");
          const diff = unifiedDiff("text", text, edits);
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
