import { expect, test } from "vitest";
import { Namespace } from "../../components/cluster/index.ts";
import { ExternalSecret, SecretSource } from "../../components/security/index.ts";
import { record } from "../../components/testing/record.ts";
import { ENVIRONMENTS, evaluate, packConfig, RULES } from "../../policies/index.ts";

test("a source and what is made of it break no rule that would stop production, and many rules speak of them", async () => {
  const { resources } = await record("production", () => {
    const namespace = new Namespace("shop", { quota: { cpu: "2", memory: "4Gi", pods: 10 } });
    const source = new SecretSource("secrets", {
      region: "eu-central-1",
      prefix: "shop/production",
      accountId: "123456789012",
      oidcProvider: "oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE",
      kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/0a1b-2c3d",
      namespaces: [namespace],
      runbooks: "https://git.example.com/docs/runbooks",
    });
    new ExternalSecret("pager", { namespace, source, keys: { key: {} } });
  });
  const config = packConfig(ENVIRONMENTS.production, RULES);
  const params = Object.fromEntries(Object.entries(config).map(([id, { enforcementLevel: _, ...own }]) => [id, own]));
  const judged = evaluate(
    resources.map(({ type, name, inputs }) => ({ type, name, props: inputs })),
    { rules: RULES.filter(({ id }) => config[id]?.enforcementLevel !== "advisory"), params },
  );
  const ofThem = judged.filter(({ object }) => object.kind !== "Namespace");
  const broken = ofThem.filter(({ verdict }) => verdict !== "pass");
  expect(broken.map(({ rule, object }) => `${rule.id}: ${object.label}`)).toEqual([]);
  expect(new Set(ofThem.map(({ rule }) => rule.id)).size).toBeGreaterThan(10);
});
