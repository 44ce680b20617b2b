import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RULES } from "../rules/index.ts";
import { type CheckRequest, check } from "./check.ts";
import { WrongUse } from "./wrong-use.ts";

const TODAY = new Date("2026-11-30T12:00:00Z");
const CLEAN =
  "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: clean, namespace: shop }\ndata: { LOG_LEVEL: info }\n";
const POD = "# the pod\napiVersion: v1\nkind: Pod\nmetadata: { name: web, namespace: shop }\nspec:\n  containers: []\n";
const TOKEN = "sa-token-automount-forbidden";
const exemption = (change: object = {}) => ({
  rule: TOKEN,
  resource: "Pod shop/web",
  owner: "team-shop",
  reason: "the sidecar of the old mesh reads the token",
  ticket: "SHOP-17",
  approver: "security",
  expires: "2026-12-31",
  ...change,
});

let dir = "";
let told: (readonly [string, boolean | undefined])[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "plumbline-check-"));
  told = [];
});
afterEach(() => rmSync(dir, { recursive: true }));

function put(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}
function ask(request: Partial<CheckRequest>, more: { stdin?: string; written?: Map<string, string> } = {}) {
  const { stdin = "", written } = more;
  return check(
    { paths: [dir], only: [TOKEN], compareWith: [], fix: false, today: TODAY, ...request },
    {
      stdin: async () => Buffer.from(stdin),
      tell: (what, blocks) => told.push([what, blocks]),
      ...(written && {
        write: async (texts) => {
          for (const { file, after } of texts) {
            written.set(file, after);
            writeFileSync(file, after);
          }
        },
      }),
    },
  );
}
const verdicts = (lines: readonly { rule: string; verdict: string; object: { name: string } }[]) =>
  lines.map(({ rule, verdict, object }) => `${rule} ${object.name}: ${verdict}`);

describe("a check of files", () => {
  test("judges what a folder holds, and says where each thing stands", async () => {
    const file = put("b.yaml", POD);
    put("a.yaml", CLEAN);
    const { report, notes, fixed } = await ask({});
    expect(report).toMatchObject({ date: TODAY, subject: dir, objects: 2, unknown: "fail", exemptions: [] });
    expect(report.rules.map(({ rule, level }) => [rule.id, level])).toEqual([[TOKEN, "advisory"]]);
    expect(report.lines).toEqual([
      expect.objectContaining({ rule: TOKEN, verdict: "fail", file, path: expect.any(String) }),
    ]);
    expect([notes, fixed]).toEqual([[], []]);
    expect(told).toEqual([
      ["reading file 1 of 2", undefined],
      ["reading file 2 of 2", undefined],
      ["judging 2 objects by 1 rules", true],
    ]);
  });

  test("takes standard input beside files, and names both", async () => {
    const file = put("a.yaml", CLEAN);
    const { report } = await ask({ paths: ["-", file] }, { stdin: POD });
    expect(report.subject).toBe(`standard input, ${file}`);
    expect(report.objects).toBe(2);
    expect(report.lines.map((line) => line.file)).toEqual(["<stdin>"]);
    expect(told[0]).toEqual(["reading file 1 of 1", undefined]);
  });

  test("does not wait for standard input that nobody named", async () => {
    put("a.yaml", POD);
    const never = () => new Promise<Uint8Array>(() => {});
    const request = { paths: [dir], only: [TOKEN], compareWith: [], fix: false };
    const { report } = await check(request, { stdin: never, tell: () => {} });
    expect(report.objects).toBe(1);
    expect(report.date.getTime()).toBeGreaterThan(TODAY.getTime() - 365 * 86_400_000);
  });

  test("asks all rules where none is named, and then tells of kinds that no rule knows", async () => {
    const strange = "apiVersion: example.com/v1\nkind: Gadget\nmetadata: { name: g, namespace: shop }\n";
    put("a.yaml", `${strange}---\n${CLEAN}`);
    const all = await ask({ only: [] });
    expect(all.report.rules).toHaveLength(RULES.length);
    expect(all.notes.join("\n")).toContain("1 object of kubernetes:example.com/v1:Gadget, a kind that no rule knows");
    expect((await ask({})).notes).toEqual([]);
  });

  test("tells of objects that are declared twice, and of files that it passed over", async () => {
    put("a.yaml", CLEAN);
    put("b.yaml", CLEAN);
    put("values.yaml", "image: nginx\n");
    const { notes } = await ask({});
    expect(notes).toHaveLength(2);
    expect(notes[0]).toBe(`${join(dir, "values.yaml")}: passed over: it holds no Kubernetes object`);
    expect(notes[1]).toContain("ConfigMap shop/clean is declared 2 times, and each is judged");
  });

  test("compares with a second stack, which is not judged itself", async () => {
    put("a.yaml", POD);
    mkdirSync(join(dir, "other"));
    const other = put("other/b.yaml", POD.replace("web", "peer"));
    const { report } = await ask({ paths: [join(dir, "a.yaml")], compareWith: [other] });
    expect(verdicts(report.lines)).toEqual([`${TOKEN} web: fail`]);
    expect(told.map(([what]) => what)).toEqual([
      "reading file 1 of 1",
      "reading file 1 of 1",
      "judging 1 objects by 1 rules",
    ]);
  });

  test("says what it means that something cannot be judged", async () => {
    put("a.yaml", POD);
    expect((await ask({ unknown: "warn" })).report.unknown).toBe("warn");
  });
});

describe("what cannot be judged", () => {
  test("one text that cannot be read is enough to judge nothing, and all of them are named", async () => {
    put("a.yaml", POD);
    const wrong = [put("b.yaml", "kind: [\n"), put("c.json", "{")];
    const failed = await ask({ paths: [join(dir, "a.yaml"), ...wrong] }).catch((error: unknown) => error as WrongUse);
    expect(failed).toBeInstanceOf(WrongUse);
    const { message } = failed as WrongUse;
    expect(message).toMatch(/^nothing was judged, since not all could be read:\n/);
    for (const file of wrong) expect(message).toContain(`${file}: `);
  });

  test("so is standard input that is no text", async () => {
    await expect(ask({ paths: ["-"] }, { stdin: "kind: [" })).rejects.toThrow(/could be read:\n<stdin>: /);
  });

  test("a path that is not there is named", async () => {
    await expect(ask({ paths: [join(dir, "gone")] })).rejects.toThrow(`${join(dir, "gone")}: `);
  });

  test("no object at all is no pass", async () => {
    put("a.yaml", "image: nginx\n");
    await expect(ask({})).rejects.toThrow(
      `no object was found in ${dir} (1 file looked at: those named, and *.yaml, *.yml and *.json of folders); nothing was judged\n${join(dir, "a.yaml")}: passed over`,
    );
    await expect(ask({ paths: ["-"] }, { stdin: "" })).rejects.toThrow(
      /^no object was found in standard input; nothing was judged/,
    );
  });
});

describe("exemptions of a file", () => {
  test("let a violation stand, and are reported as used, unused or expired", async () => {
    put("a.yaml", POD);
    const list = [
      exemption(),
      exemption({ resource: "Pod shop/gone" }),
      exemption({ rule: "replicas-min", resource: "Deployment shop/web" }),
    ];
    const { report } = await ask({ exemptions: put("exemptions.txt", JSON.stringify(list)) });
    expect(report.exemptions.map(({ exemption: { resource }, state }) => [resource, state])).toEqual([
      ["Pod shop/web", "used"],
      ["Pod shop/gone", "unused"],
    ]);
    expect(report.lines[0]).toMatchObject({ verdict: "fail", exemption: { ticket: "SHOP-17" } });
  });

  test("that are wrong are refused with the file and the field", async () => {
    put("a.yaml", POD);
    const file = put("exemptions.txt", JSON.stringify([exemption({ rule: "no-such-rule" }), exemption({ owner: "" })]));
    const failed = await ask({ exemptions: file }).catch((error: unknown) => error as WrongUse);
    expect(failed).toBeInstanceOf(WrongUse);
    const lines = (failed as WrongUse).message.split("\n");
    expect(lines.length).toBeGreaterThanOrEqual(2);
    for (const line of lines) expect(line.startsWith(`--exemptions: ${file}: exemptions[`)).toBe(true);
    expect((failed as WrongUse).cause).toBeInstanceOf(TypeError);
  });

  test("a file that is not there is wrong use", async () => {
    put("a.yaml", POD);
    await expect(ask({ exemptions: join(dir, "gone") })).rejects.toThrow(`--exemptions: ${join(dir, "gone")}: `);
  });
});

describe("repairs", () => {
  test("are worked out and change nothing without a writer", async () => {
    const file = put("a.yaml", POD);
    const { fixed, report } = await ask({ fix: true });
    expect(fixed.map(({ file }) => file)).toEqual([file]);
    expect(fixed[0]?.edits.length).toBeGreaterThan(0);
    expect(readFileSync(file, "utf8")).toBe(POD);
    expect(verdicts(report.lines)).toEqual([`${TOKEN} web: fail`]);
  });

  test("are written, comments kept, and judged again", async () => {
    const file = put("a.yaml", POD);
    put("b.yaml", CLEAN);
    const written = new Map<string, string>();
    const { report, fixed } = await ask({ fix: true }, { written });
    expect([...written.keys()]).toEqual([file]);
    expect(written.get(file)).toContain("# the pod\n");
    expect(written.get(file)).toContain("automountServiceAccountToken: false");
    expect(report.lines.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
    expect(fixed).toHaveLength(1);
    expect(told.filter(([what]) => what.startsWith("judging"))).toHaveLength(2);
  });

  test("write nothing where nothing is to be repaired", async () => {
    put("a.yaml", CLEAN);
    const written = new Map<string, string>();
    const { fixed } = await ask({ fix: true }, { written });
    expect([fixed, written.size]).toEqual([[], 0]);
    expect(told.filter(([what]) => what.startsWith("judging"))).toHaveLength(1);
  });

  test("of standard input are shown, not written", async () => {
    expect((await ask({ paths: ["-"], fix: true }, { stdin: POD })).fixed).toHaveLength(1);
    await expect(ask({ paths: ["-"], fix: true }, { stdin: POD, written: new Map() })).rejects.toThrow(
      "--fix writes files, and standard input is none; --fix --dry-run shows what would be changed",
    );
  });

  test("of what Pulumi wrote belong into the program", async () => {
    const objects = [
      {
        type: "kubernetes:core/v1:Pod",
        name: "web",
        props: { apiVersion: "v1", kind: "Pod", metadata: { name: "web" } },
      },
    ];
    const file = put("state.json", JSON.stringify(objects));
    await expect(ask({ fix: true })).rejects.toThrow(
      `--fix repairs manifests only; what Pulumi wrote is repaired in the program: ${file}`,
    );
  });
});
