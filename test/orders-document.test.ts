import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { load } from "js-yaml";
import { expect, test } from "vitest";
import { orderRequest } from "../apps/orders/src/order.ts";
import { orderRoutes } from "../apps/orders/src/routes.ts";
import { documentProblems } from "../components/edge/openapi-document.ts";

const text = readFileSync(new URL("../apps/orders/openapi.yaml", import.meta.url), "utf8");
const document = load(text) as {
  paths: Record<string, object>;
  components: { schemas: { Item: object; OrderRequest: object } };
};

test("the document of orders can be judged by", () => {
  expect(documentProblems("openapi", text)).toEqual([]);
});

test("it has the routes of the service, and no others", () => {
  const routes: string[] = [];
  const note = (method: string) => (path: string) =>
    void routes.push(`${method} ${path.replaceAll(/:(\w+)/g, (_, name: string) => `{${name}}`)}`);
  orderRoutes({ get: note("get"), post: note("post") } as never, {} as never, {} as never);
  const paths = Object.entries(document.paths);
  expect(paths.flatMap(([path, item]) => Object.keys(item).map((method) => `${method} ${path}`)).sort()).toEqual(
    routes.sort(),
  );
});

test("it lets pass of an order what the service lets pass, but for what it cannot say", () => {
  const ajv = new Ajv2020({ strict: false });
  const { Item, OrderRequest } = document.components.schemas;
  const schema = { ...OrderRequest, components: { schemas: { Item } } };
  const passes = ajv.compile(JSON.parse(JSON.stringify(schema)));
  const mostly = <Good, Bad>(good: fc.Arbitrary<Good>, ...bad: fc.Arbitrary<Bad>[]) =>
    fc.oneof({ weight: 80, arbitrary: good }, ...bad.map((arbitrary) => ({ weight: 1, arbitrary })));
  const odd = [fc.string(), fc.integer(), fc.double(), fc.constant(null), fc.constant(undefined)] as const;
  const item = fc.record({
    sku: mostly<unknown, unknown>(fc.stringMatching(/^[a-z0-9-]{1,64}$/), ...odd),
    quantity: mostly<unknown, unknown>(fc.integer({ min: 1, max: 1_000 }), ...odd),
    unitPrice: mostly<unknown, unknown>(fc.integer({ min: 0, max: 100_000_000 }), ...odd),
  });
  const order = fc.record({
    customer: mostly<unknown, unknown>(fc.string({ minLength: 1, maxLength: 200, unit: "grapheme-ascii" }), ...odd),
    currency: mostly<unknown, unknown>(fc.stringMatching(/^[A-Z]{3}$/), ...odd),
    // Each article once: a schema has no word for what only a part of an item has once.
    items: fc.uniqueArray(item, { minLength: 0, maxLength: 4, selector: ({ sku }) => sku }),
    note: mostly<unknown, unknown>(fc.constant(undefined), fc.string()),
  });
  let passed = 0;
  fc.assert(
    fc.property(order, (given) => {
      const asSent = JSON.parse(JSON.stringify(given));
      const taken = orderRequest.safeParse(asSent).success;
      if (taken) passed++;
      expect(passes(asSent)).toBe(taken);
    }),
    { numRuns: 1_000 },
  );
  expect(passed).toBeGreaterThan(100);
});
