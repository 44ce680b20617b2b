import { beforeAll, describe, expect, test } from "vitest";
import { golden, withoutSecrets } from "../../components/testing/golden.ts";
import { isSecret, type Recording, record } from "../../components/testing/record.ts";
import { ENVIRONMENTS, evaluate, packConfig, RULES } from "../../policies/index.ts";
import { groupDescriptions, refusedDescriptions } from "./descriptions.ts";
import { awsShop } from "./shop.ts";

let shop: Recording<unknown>;
beforeAll(async () => {
  shop = await record("production", () => awsShop());
});

test("asks for the resources of its golden file (npm run golden:update after a wanted change)", async () => {
  await expect(golden(shop.resources)).toMatchFileSnapshot("../golden/aws-stores.yaml");
});

test("a store's last snapshot has a name that the next store of its name does not have; one that is not kept has none", async () => {
  const lastOf = ({ resources }: Recording<unknown>) =>
    resources.map(({ inputs }) => inputs.finalSnapshotIdentifier).filter((name) => name !== undefined);
  expect(lastOf(shop).sort()).toEqual([
    "production-ledger-0-final-0a1b2c3d",
    "production-ledger-1-final-0a1b2c3d",
    "production-postgres-final-0a1b2c3d",
    "production-sessions-final-0a1b2c3d",
  ]);
  const ids = (of: Recording<unknown>) => of.resources.filter(({ type }) => type === "random:index/randomId:RandomId");
  expect(ids(shop).map(({ name }) => name)).toHaveLength(4);
  const forgotten = await record("production", () => awsShop({ retain: false }));
  expect([...lastOf(forgotten), ...ids(forgotten)]).toEqual([]);
});

test("describes its security groups and their rules in words that EC2 takes", () => {
  expect(groupDescriptions(shop.resources).length).toBeGreaterThanOrEqual(5);
  expect(refusedDescriptions(shop.resources)).toEqual([]);
});

/** What decides this is no input of a resource (`ignoreChanges`), and there is a service beside the stores. */
const BY_OPTIONS = ["hpa-owns-replicas"];

describe("judged by all rules, as strictly as production", () => {
  const config = packConfig(ENVIRONMENTS.production, RULES);
  const params = Object.fromEntries(Object.entries(config).map(([id, { enforcementLevel: _, ...own }]) => [id, own]));
  const judged = () => {
    const resources = shop.resources.map(({ type, name, inputs }) => ({ type, name, props: shown(inputs) }));
    return evaluate(resources, { rules: RULES.filter(({ id }) => !BY_OPTIONS.includes(id)), params });
  };
  const told = (findings: ReturnType<typeof judged>) =>
    findings
      .filter(({ verdict }) => verdict !== "pass")
      .map(({ rule, object, violations }) => `${rule.id}: ${object.label}: ${violations[0]?.path}`)
      .sort();

  test("nothing breaks a rule that would stop it", () => {
    const stops = ({ id }: { id: string }) => config[id]?.enforcementLevel !== "advisory";
    expect(told(judged().filter(({ rule }) => stops(rule)))).toEqual([]);
  });

  test("no resource of AWS breaks any rule, and many rules speak of them", () => {
    const onAws = judged().filter(({ object }) => object.kind === undefined);
    expect(told(onAws)).toEqual([]);
    expect(new Set(onAws.map(({ rule }) => rule.id)).size).toBeGreaterThan(15);
  });
});

/** Inputs as a rule may see them. What is secret as a whole is left out: all secrets would seem to be the same. */
function shown(inputs: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(inputs).filter(([, value]) => !isSecret(value));
  return withoutSecrets(Object.fromEntries(entries)) as Record<string, unknown>;
}
