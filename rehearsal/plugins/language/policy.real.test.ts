import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeSandbox, type Sandbox } from "../testing/sandbox.ts";

// The real engine loads policy packs through our launcher.

const PACK = "pack/index.ts";
const UP = ["up", "--yes", "--skip-preview", "--non-interactive", "--policy-pack", "pack"];

const RULES = `
  import { type PolicyPackArgs, PolicyPack } from "@pulumi/policy";
  import * as pulumi from "@pulumi/pulumi";
  import { limitOf } from "./limit.ts";
  const args: PolicyPackArgs = {
    policies: [
      {
        name: "pet-length",
        description: "Pets have short names.",
        enforcementLevel: "mandatory",
        configSchema: { properties: { words: { type: "number" } } },
        validateResource: ({ type, props, getConfig }, report) => {
          const limit = getConfig<{ words?: number }>().words ?? limitOf(pulumi.getStack());
          if (type.endsWith("RandomPet") && props.length > limit) report("more than " + limit + " words");
        },
      },
      {
        name: "fixed-separator",
        description: "Pets have underscores.",
        enforcementLevel: "remediate",
        remediateResource: ({ type, props }) => (type.endsWith("RandomPet") ? { ...props, separator: "_" } : undefined),
      },
      {
        name: "stack-seen",
        description: "A look at the whole stack.",
        enforcementLevel: "advisory",
        validateStack: ({ resources }, report) => report(resources.length + " resources, region " + new pulumi.Config("sandbox").get("region")),
      },
    ],
  };
  new PolicyPack("rules", args);`;

let box: Sandbox;
beforeAll(async () => {
  box = await makeSandbox({
    "program/index.ts": `
      import * as pulumi from "@pulumi/pulumi";
      import { RandomPet } from "@pulumi/random";
      export const id = new RandomPet("pet", { length: new pulumi.Config().requireNumber("words") }).id;`,
    "pack/PulumiPolicy.yaml":
      "name: rules\nversion: 0.1.0\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
    "pack/package.json": '{ "name": "rules", "version": "0.1.0", "type": "module", "main": "pack.js" }\n',
    "pack/pack.js": 'import "./index.ts";\n',
    "pack/limit.ts": "export const limitOf = (stack: string): number => (stack === 'test' ? 3 : 0);\n",
    [PACK]: RULES,
    "lax.json": '{ "pet-length": { "words": 9 } }',
  });
  await box.pulumi(["config", "set", "region", "north"]);
});
afterAll(() => box.remove());

describe("a policy pack in TypeScript", () => {
  it("stops an update before anything is made, naming rule, resource and reason", async () => {
    await box.pulumi(["config", "set", "words", "4"]);
    const { code, output } = await box.pulumi(UP);
    expect(code).not.toBe(0);
    expect(output).toMatch(/\[mandatory\] {2}pet-length {2}\(random:index:RandomPet: pet\)/);
    expect(output).toMatch(/more than 3 words/);
    const { deployment } = JSON.parse((await box.pulumi(["stack", "export"])).output);
    const made = (deployment.resources ?? []).map(({ type }: { type: string }) => type);
    expect(made).not.toContain("random:index/randomPet:RandomPet");
  });

  it("is configured by a file, and mends what it may", async () => {
    const { code, output } = await box.pulumi([...UP, "--policy-pack-config", "lax.json"]);
    expect(output).not.toMatch(/pet-length/);
    expect(code).toBe(0);
    expect((await box.pulumi(["stack", "output", "id"])).output).toMatch(/^[a-z]+(_[a-z]+){3}\n$/);
  });

  it("looks at the whole stack, and knows its settings", async () => {
    await box.pulumi(["config", "set", "words", "3"]);
    const { code, output } = await box.pulumi(UP);
    expect(code).toBe(0);
    expect(output).toMatch(/3 resources, region north/);
  });

  it("that does not load stops the update, and says why", async () => {
    box.write({ [PACK]: 'throw new Error("no rules today");\n' });
    const { code, output } = await box.pulumi(UP);
    expect(code).not.toBe(0);
    expect(output).toMatch(/no rules today/);
    expect(output).toMatch(/the policy pack ended before it was ready \(exit code 1\)/);
    expect(box.processes()).toEqual([]);
    box.write({ [PACK]: RULES });
  });

  it("that prints before it is ready stops the update, and is told why", async () => {
    box.write({ [PACK]: `console.log("loading");\n${RULES}` });
    const { code, output } = await box.pulumi(UP);
    expect(code).not.toBe(0);
    expect(output).toMatch(/the policy pack printed "loading" before its port: it must print nothing/);
    expect(box.processes()).toEqual([]);
    box.write({ [PACK]: RULES });
  });

  it("loads by Pulumi's own runner too, where it does not say typescript: false", async () => {
    box.write({ "pack/PulumiPolicy.yaml": "name: rules\nversion: 0.1.0\nruntime: nodejs\n" });
    const { code, output } = await box.pulumi(UP);
    expect(output).toMatch(/3 resources, region north/);
    expect(code).toBe(0);
  });
});
