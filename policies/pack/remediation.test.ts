import { type ResourceValidationPolicy, Secret, unknownCheckingProxy } from "@pulumi/policy";
import * as wire from "@pulumi/policy/deserialize.js";
import { secretsPreservingProxy } from "@pulumi/policy/secret.js";
import { describe, expect, test } from "vitest";
import { UNKNOWN } from "../core/unknown.ts";
import { RULES } from "../rules/index.ts";
import { type Fixture, fixturesOf, resourcesOf } from "../testing/fixtures.ts";
import { Declarations } from "./declarations.ts";
import { Exemptions } from "./exemptions.ts";
import { policyOf } from "./policy.ts";

/** By which the engine knows a secret in what it is sent. */
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** How the SDK writes what it sends; its types leave it out. */
const { serializeProperties } = wire as unknown as {
  serializeProperties(props: unknown): Promise<Record<string, unknown>>;
};

/** What the SDK sends to the engine after a repair of these inputs: what is no secret in it is stored in clear. */
async function sent(id: string, { params = {} }: Fixture, type: string, inputs: Record<string, unknown>) {
  const rule = RULES.find((one) => one.id === id);
  if (!rule) throw new Error(`there is no rule ${id}`);
  const policy = policyOf(rule, new Declarations(), new Exemptions([], RULES)) as ResourceValidationPolicy;
  const props = unknownCheckingProxy(secretsPreservingProxy(inputs));
  const args = { type, name: "a", urn: `urn:pulumi:a::b::${type}::a`, props, opts: {}, getConfig: () => params };
  const result = await policy.remediateResource?.(args as never);
  if (!result) throw new Error("nothing was repaired");
  return serializeProperties(result);
}

/** The value with every text in it marked as secret, but for those by which the object is known. */
function allSecret(value: unknown, key = ""): unknown {
  if (typeof value === "string") return ["apiVersion", "kind"].includes(key) ? value : new Secret(value);
  if (Array.isArray(value)) return value.map((item) => allSecret(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, allSecret(item, name)]));
}

/** How many values are marked so. */
function marked(value: unknown): number {
  if (value instanceof Secret) return 1;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, item) => sum + marked(item), 0);
}

/** What stands for a value that is not known yet is ours; the SDK has another. */
function isKnown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value !== UNKNOWN;
  return Object.values(value).every(isKnown);
}

const cases = RULES.filter(({ remediate }) => remediate).flatMap((rule) =>
  fixturesOf(rule)
    .filter(({ remediated, stack }) => remediated && isKnown(stack))
    .map((fixture) => ({ id: rule.id, name: fixture.name, fixture })),
);

test("there are rules that repair", () => expect(cases.length).toBeGreaterThan(3));

describe.each(cases)("$id repairs: $name", ({ id, fixture }) => {
  const { type = "", props = {} } = resourcesOf(fixture)[0] ?? {};

  test("every text beside the repair that was secret still is", async () => {
    const inputs = allSecret(props) as Record<string, unknown>;
    const before = marked(inputs);
    const after = JSON.stringify(await sent(id, fixture, type, inputs));
    expect(after.split(SECRET).length - 1).toBe(before);
  });

  if (props.spec !== undefined)
    test("what is secret as a whole stays so, with the repair in it", async () => {
      const after = await sent(id, fixture, type, { ...props, spec: new Secret(structuredClone(props.spec)) });
      expect(Object.values(after.spec as object)).toContain(SECRET);
      expect((after.spec as { value: unknown }).value).not.toEqual(props.spec);
    });
});
