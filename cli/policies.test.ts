import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { RULES } from "../policies/index.ts";
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
    expect((await policiesOf(name, PROJECT_DIR)).policies).toEqual({
      pack: join(PROJECT_DIR, "policies"),
      config: join(PROJECT_DIR, "policies", "config", `${name}.json`),
    });
  },
);

it("holds an environment without settings to the rules' own", async () => {
  const dir = project("{}");
  expect((await policiesOf("other", dir)).policies).toEqual({ pack: join(dir, "policies") });
});

it("counts the rules that are asked, and of them those that stop what breaks them", async () => {
  const { rules } = await policiesOf("local", project("{}"));
  expect(rules.asked).toBe(RULES.length);
  const settings = {
    "replicas-min": { enforcementLevel: "disabled" },
    "pdb-required": { enforcementLevel: "advisory" },
  };
  const changed = await policiesOf("local", project(JSON.stringify(settings)));
  // Both are of a severity that stops by default.
  expect(changed.rules).toEqual({ asked: rules.asked - 1, mandatory: rules.mandatory - 2 });
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
