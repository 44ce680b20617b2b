import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { OPERATORS, OPTIONAL_OPERATORS } from "../components/cluster/index.ts";
import { admissionObjects } from "../policies/admission/policies.ts";
import { HELD } from "../policies/admission/table.ts";
import { CLUSTERS_OWN, OPERATOR_NAMESPACES, TRUST, trust } from "../policies/admission/trusted.ts";
import { ENVIRONMENTS } from "../policies/config/environments.ts";
import { packConfig } from "../policies/config/settings.ts";
import { EXEMPTIONS } from "../policies/exemptions.ts";
import { RULES } from "../policies/rules/index.ts";
import { admissionManifests, trustedNamespaces, trustProblems } from "../stacks/admission.ts";
import { type Environment, environmentNames, loadEnvironment } from "../stacks/environment.ts";
import { operatorNamespaces } from "../stacks/operators.ts";

test.each(Object.entries(ENVIRONMENTS))(
  "%s's cluster is held to what the settings say today (npm run policies)",
  (name, settings) => {
    const written = JSON.parse(readFileSync(join(import.meta.dirname, `../stacks/admission/${name}.json`), "utf8"));
    const trusted = TRUST[name as keyof typeof TRUST];
    const config = packConfig(settings, RULES);
    const items = admissionObjects(HELD, { config, trust: trusted, exemptions: EXEMPTIONS });
    expect(written).toEqual({ apiVersion: "v1", kind: "List", items });
    expect(admissionManifests(name)).toEqual(written.items);
  },
);

test("an environment that has no levels has no policies in its cluster", () => {
  expect(admissionManifests("nobody's")).toEqual([]);
});

describe.each(environmentNames())("whom %s lets through", (name) => {
  const environment = loadEnvironment(name);
  const own = CLUSTERS_OWN.namespaces.map(({ namespace }) => namespace);
  const trusted = new Set(admissionManifests(name).flatMap(trustedNamespaces));
  const operators = [...trusted].filter((namespace) => !own.includes(namespace));
  const groups = TRUST[name as keyof typeof TRUST].groups.map(({ group }) => group);

  test("is every operator that it has, and none that it does not have", () => {
    // Real nodes run what a rehearsal brings in pods; beside its API server there is a group for them.
    const brought = name === "local-real" ? ["cnpg-system"] : [];
    expect(operators.sort()).toEqual([...operatorNamespaces(environment), ...brought].sort());
    expect(trustProblems(environment, admissionManifests(name))).toEqual([]);
  });

  test("is nobody beside an API server, but in a rehearsal", () => {
    const components = environment.tier === "rehearsal" ? ["plumbline:components"] : [];
    expect(groups).toEqual(["system:nodes", ...components]);
    expect(JSON.stringify(admissionManifests(name)).includes("plumbline:components")).toBe(components.length > 0);
  });
});

test("an operator that comes to an environment is refused until its cluster's policies trust it", () => {
  const environment = loadEnvironment("production");
  const { kafka } = environment.stores;
  const withStrimzi = { ...environment, stores: { ...environment.stores, kafka: { ...kafka, operator: "strimzi" } } };
  expect(trustProblems(withStrimzi as Environment, admissionManifests("production"))).toEqual([
    expect.objectContaining({
      given: "strimzi-system",
      allowed: expect.stringMatching(/trusted\.ts, then npm run policies/),
    }),
  ]);
  expect(trustProblems(withStrimzi as Environment, [])).toEqual([]);
});

test("every operator that can be had can be named as one that is trusted", () => {
  const homes = [...OPERATORS, ...Object.values(OPTIONAL_OPERATORS)].map(({ namespace }) => namespace);
  const given = trust(OPERATOR_NAMESPACES).namespaces.map(({ namespace }) => namespace);
  expect(given).toEqual(expect.arrayContaining(homes));
});
