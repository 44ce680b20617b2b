import { expect, test } from "vitest";
import { linesWithSecrets } from "./secret-lines.ts";

const closed = (text: string) => {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return lines.filter((_, index) => linesWithSecrets(lines)[index]).map((line) => line.trim());
};

test.each([
  '        value: "hunter2hunter2"',
  "  - { name: A, value: hunter2 }",
  '  "value": "hunter2",',
  "  DB_PASSWORD: hunter22",
  "  - --token=hunter22",
  "  - hunter22",
  "    a line of a longer text",
  "# password: hunter22",
  "  note: AKIAABCDEFGHIJKLMNOP",
  "  salt: q8Zr2LxV0bTn5KcW7mYdA3hJ",
])("hidden: %s", (line) => expect(closed(`${line}\n`)).toEqual([line.trim()]));

test.each([
  "spec:",
  "  containers: [] # none yet",
  '    - name: "web"',
  '      image: "web:1"    # pinned',
  "  secretName: orders-db",
  "  valueFrom:",
  "  # the pod",
  "  ]",
  "",
])("shown: %s", (line) => expect(closed(`${line}\n`)).toEqual([]));

test("of a document with a Secret in it nothing is shown, and of the next everything", () => {
  const text = "kind: Secret\nstringData:\n  a: b\n---\nkind: Pod\nspec:\n  a: b\n";
  expect(closed(text)).toEqual(["kind: Secret", "stringData:", "a: b"]);
});
