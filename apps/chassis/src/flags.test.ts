import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "@plumbline-shop/testing/net";
import { Scratch } from "@plumbline-shop/testing/scratch";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from "vitest";
import { defineFlags } from "./flag-definition.ts";
import { Flags, readFlagSettings } from "./flags.ts";
import { Metrics } from "./metrics.ts";
import { Settings } from "./settings.ts";

const DEFINITIONS = defineFlags({
  checkout: { variants: { on: true, off: false }, defaultVariant: "off" },
  layout: { variants: { steps: "steps", page: "one-page" }, defaultVariant: "steps" },
  limit: { variants: { low: 10, high: 100 }, defaultVariant: "low" },
  retry: { variants: { calm: { tries: 1, wait: "5s" }, eager: { tries: 3, wait: "1s" } }, defaultVariant: "calm" },
});

let scratch: Scratch;
let file: string;
let lines: Record<string, unknown>[];
let metrics: Metrics;
let flags: Flags<typeof DEFINITIONS>;

beforeEach(() => {
  scratch = new Scratch();
  file = join(scratch.directory, "flags.json");
  lines = [];
  metrics = new Metrics("tests");
});
afterEach(async () => {
  await flags?.stop();
  scratch.remove();
});

function open(path = file): Flags<typeof DEFINITIONS> {
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
  flags = new Flags(DEFINITIONS, { domain: scratch.directory, file: path }, { log, metrics });
  return flags;
}

/** Flags in flagd's format, each changed from its definition. */
function document(changes: Partial<Record<keyof typeof DEFINITIONS, object>>): string {
  const all = Object.entries(DEFINITIONS).map(([name, definition]) => [
    name,
    { state: "ENABLED", ...definition, ...changes[name as keyof typeof DEFINITIONS] },
  ]);
  return JSON.stringify({ flags: Object.fromEntries(all) });
}

async function values() {
  return {
    checkout: await flags.value("checkout"),
    layout: await flags.value("layout"),
    limit: await flags.value("limit"),
    retry: await flags.value("retry"),
  };
}
const DEFAULTS = { checkout: false, layout: "steps", limit: 10, retry: { tries: 1, wait: "5s" } };

describe("in types", () => {
  it("a flag is worth what its definition says, and a name that is none does not compile", async () => {
    open();
    expectTypeOf(flags.value("checkout")).resolves.toEqualTypeOf<boolean>();
    expectTypeOf(flags.value("layout")).resolves.toEqualTypeOf<"steps" | "one-page">();
    expectTypeOf(flags.value("limit")).resolves.toEqualTypeOf<number>();
    expectTypeOf(flags.value("retry")).resolves.toEqualTypeOf<{ readonly tries: number; readonly wait: string }>();
    // @ts-expect-error: there is no such flag.
    const unknown = () => flags.value("chekout");
    // @ts-expect-error: this flag is no text.
    const mistaken = async (): Promise<string> => flags.value("checkout");
    expect([unknown, mistaken]).toHaveLength(2);
  });

  it("a default that is no variant, and variants of two kinds, do not compile", () => {
    // @ts-expect-error: there is no variant `of`.
    defineFlags({ a: { variants: { on: true, off: false }, defaultVariant: "of" } });
    // @ts-expect-error: a default is always given.
    defineFlags({ a: { variants: { on: true, off: false } } });
    // @ts-expect-error: one is a switch, the other a text.
    defineFlags({ a: { variants: { on: true, off: "no" }, defaultVariant: "on" } });
  });
});

describe("values", () => {
  it("are those of the file", async () => {
    writeFileSync(
      file,
      document({
        checkout: { defaultVariant: "on" },
        layout: { defaultVariant: "page" },
        limit: { variants: { low: 10, high: 250 }, defaultVariant: "high" },
        retry: { defaultVariant: "eager" },
      }),
    );
    open();
    expect(await values()).toEqual({
      checkout: true,
      layout: "one-page",
      limit: 250,
      retry: { tries: 3, wait: "1s" },
    });
  });

  it("depend on who asks", async () => {
    writeFileSync(file, document({ checkout: { targeting: { if: [{ "===": [{ var: "customer" }, "ada"] }, "on"] } } }));
    open();
    expect(await flags.value("checkout", { customer: "ada" })).toBe(true);
    expect(await flags.value("checkout", { customer: "grace" })).toBe(false);
  });

  it.each([
    ["there is no file", undefined],
    ["the file is half-written", document({}).slice(0, 200)],
    ["the file is empty", ""],
    ["the file is no set of flags", '{"flags":[]}'],
    ["the file has none of them", '{"flags":{}}'],
    ["they are disabled", document({ checkout: { state: "DISABLED", defaultVariant: "on" } })],
    [
      "they are of another kind",
      document({
        checkout: { variants: { on: "yes" }, defaultVariant: "on" },
        layout: { variants: { steps: 1 } },
        limit: { variants: { low: "10" } },
        retry: { variants: { calm: { tries: "1" } } },
      }),
    ],
    ["a text is one that the program does not know", document({ layout: { variants: { steps: "circle" } } })],
    ["a rule serves no variant", document({ checkout: { targeting: { if: [true, "maybe"] } } })],
    ["a rule cannot be evaluated", document({ checkout: { targeting: { conjure: [1] } } })],
  ])("are the defaults where %s", async (_what, content) => {
    if (content !== undefined) writeFileSync(file, content);
    open();
    expect(await values()).toEqual(DEFAULTS);
  });

  it("are the defaults in a process that was given no file", async () => {
    open(readFlagSettings(new Settings({}), "SHOP_FLAGS").file);
    expect(await values()).toEqual(DEFAULTS);
    expect(readFlagSettings(new Settings({ SHOP_FLAGS_FILE: file }), "SHOP_FLAGS").file).toBe(file);
  });

  it("are counted by flag, variant and reason", async () => {
    writeFileSync(file, document({ layout: { variants: { steps: "circle" } } }));
    open();
    await values();
    await flags.value("checkout");
    const text = await metrics.registry.metrics();
    const counted = (flag: string, variant: string, reason: string) =>
      `feature_flag_evaluations_total{flag="${flag}",variant="${variant}",reason="${reason}",service="tests"}`;
    expect(text).toContain(`${counted("checkout", "off", "static")} 2`);
    expect(text).toContain(`${counted("layout", "steps", "error")} 1`);
  });
});

describe("a file that changes", () => {
  /** As the kubelet does it: a new folder with the files, then one rename of the link that leads to it. */
  function mount(name: string, content: string): void {
    mkdirSync(join(scratch.directory, name));
    writeFileSync(join(scratch.directory, name, "flags.json"), content);
    symlinkSync(name, join(scratch.directory, "..data_tmp"));
    renameSync(join(scratch.directory, "..data_tmp"), join(scratch.directory, "..data"));
  }

  const turnsInto = (value: boolean) =>
    eventually(`the flag is ${value}`, 2, async () => expect(await flags.value("checkout")).toBe(value));

  it("is read anew; one that cannot be used changes nothing, and each change is one line of log", async () => {
    mount("..1", document({}));
    symlinkSync("..data/flags.json", file);
    open().start(20);
    expect(await flags.value("checkout")).toBe(false);

    mount("..2", document({ checkout: { defaultVariant: "on" } }));
    await turnsInto(true);
    expect(lines).toHaveLength(2);

    mount("..3", document({}).slice(0, 100));
    await eventually("it says so", 2, async () => expect(lines).toHaveLength(3));
    expect(lines[2]).toMatchObject({ level: 40, file, reason: expect.stringContaining("JSON") });
    expect(await flags.value("checkout")).toBe(true);

    rmSync(file);
    await eventually("it says so", 2, async () => expect(lines).toHaveLength(4));
    expect(lines[3]).toMatchObject({ level: 40, reason: expect.stringContaining("ENOENT") });
    await new Promise((wait) => setTimeout(wait, 100));
    expect(await flags.value("checkout")).toBe(true);

    symlinkSync("..data/flags.json", file);
    mount("..4", document({}));
    await turnsInto(false);
    expect(lines.at(-1)).toMatchObject({ level: 30, flags: 4 });
  });
});
