import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { OPERATORS, OPTIONAL_OPERATORS } from "../components/cluster/operators/index.ts";
import { admissionObjects } from "../policies/admission/policies.ts";
import { HELD } from "../policies/admission/table.ts";
import { TRUSTED } from "../policies/admission/trusted.ts";
import { ENVIRONMENTS } from "../policies/config/environments.ts";
import { packConfig } from "../policies/config/settings.ts";
import { EXEMPTIONS } from "../policies/exemptions.ts";
import { RULES } from "../policies/rules/index.ts";
import { admissionManifests } from "../stacks/admission.ts";

test.each(Object.entries(ENVIRONMENTS))(
  "%s's cluster is held to what the settings say today (npm run policies)",
  (name, settings) => {
    const written = JSON.parse(readFileSync(join(import.meta.dirname, `../stacks/admission/${name}.json`), "utf8"));
    const items = admissionObjects(HELD, { config: packConfig(settings, RULES), exemptions: EXEMPTIONS });
    expect(written).toEqual({ apiVersion: "v1", kind: "List", items });
    expect(admissionManifests(name)).toEqual(written.items);
  },
);

test("an environment that has no levels has no policies in its cluster", () => {
  expect(admissionManifests("nobody's")).toEqual([]);
});

test("the namespace of every operator is trusted", () => {
  const homes = [...OPERATORS, ...Object.values(OPTIONAL_OPERATORS)].map(({ namespace }) => namespace);
  expect(TRUSTED.map(({ namespace }) => namespace)).toEqual(expect.arrayContaining(homes));
});
