import { beforeAll, describe, expect, test } from "vitest";
import { golden } from "../../components/testing/golden.ts";
import { type Recording, record } from "../../components/testing/record.ts";
import { groupDescriptions, refusedDescriptions } from "./descriptions.ts";
import { judged } from "./judged.ts";
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
  const findings = () => judged(shop.resources, { but: BY_OPTIONS });

  test("nothing breaks a rule that would stop it", () => {
    expect(findings().stopping).toEqual([]);
  });

  test("no resource of AWS breaks any rule, and many rules speak of them", () => {
    const { onAws, rulesOnAws } = findings();
    expect(onAws).toEqual([]);
    expect(rulesOnAws).toBeGreaterThan(15);
  });
});
