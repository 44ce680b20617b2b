import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { PROJECT_DIR } from "./context.ts";
import { policiesOf } from "./policies.ts";

/** A project with these settings for `local`. */
function project(settings: string): string {
  const dir = mkdtempSync(join(tmpdir(), "plumbline-policies-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  mkdirSync(join(dir, "policies", "config"), { recursive: true });
  writeFileSync(join(dir, "policies", "config", "local.json"), settings);
  return dir;
}

it.each(["local", "local-real", "dev", "staging", "production"])(
  "takes the settings of %s as they are written",
  async (name) => {
    expect(await policiesOf(name, PROJECT_DIR)).toMatchObject({
      pack: join(PROJECT_DIR, "policies"),
      config: join(PROJECT_DIR, "policies", "config", `${name}.json`),
    });
  },
);

it("holds an environment without settings to the rules' own", async () => {
  const dir = project("{}");
  const { rules, ...rest } = await policiesOf("other", dir);
  expect(rest).toEqual({ pack: join(dir, "policies") });
  expect(rules.asked).toBe(rules.all);
});

it("counts the rules that are asked, and those that stop an up", async () => {
  const none = await policiesOf("local", project("{}"));
  const fewer = await policiesOf(
    "local",
    project(
      '{"secret-literal-forbidden":{"enforcementLevel":"disabled"},"image-tag-pinned":{"enforcementLevel":"disabled"}}',
    ),
  );
  expect(fewer.rules.all).toBe(none.rules.all);
  expect(fewer.rules.asked).toBe(none.rules.asked - 2);
  expect(none.rules.mandatory).toBeGreaterThan(0);
  const more = await policiesOf("local", project('{"environment-parity":{"enforcementLevel":"mandatory"}}'));
  expect(more.rules.mandatory - none.rules.mandatory).toBe(1);
});

it.each([
  [
    "a rule that does not exist",
    '{"replicas-mni":{"enforcementLevel":"advisory"}}',
    /replicas-mni: is not a rule; the nearest: replicas-min/,
  ],
  [
    "a level that does not exist",
    '{"replicas-min":{"enforcementLevel":"mandatroy"}}',
    /"mandatroy" was given; allowed: disabled/,
  ],
  ["a setting that does not exist", '{"replicas-min":{"leats":3}}', /replicas-min.leats: 3 was given; allowed: /],
  ["no JSON", "replicas-min: {}", /local.json cannot be read: .*JSON/],
])("refuses %s, and names the file", async (_, settings, said) => {
  const refused = policiesOf("local", project(settings));
  await expect(refused).rejects.toThrow(said);
  await expect(refused).rejects.toThrow("policies/config/local.json");
  await expect(refused).rejects.toMatchObject({ exitCode: 2 });
});
