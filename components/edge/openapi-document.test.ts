import { expect, test } from "vitest";
import { describe as told } from "../core/invalid.ts";
import { documentProblems, readDocument } from "./openapi-document.ts";

const RESPONSES = { 200: { description: "it" } };
const order = {
  type: "object",
  properties: { pattern: { type: "string", pattern: "^a+$" }, default: { type: "integer" } },
};
const good = {
  openapi: "3.1.0",
  info: { title: "orders", version: "1" },
  servers: [{ url: "https://shop.example.com/v1" }],
  paths: {
    "/orders/{id}": {
      parameters: [{ $ref: "#/components/parameters/Id" }],
      get: { responses: RESPONSES },
      put: {
        requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/Order" } } } },
        responses: RESPONSES,
      },
    },
  },
  components: {
    parameters: { Id: { name: "id", in: "path", required: true, schema: { type: "string" } } },
    schemas: { Order: order },
  },
};

/** The document with something else at a place. */
function but(change: (document: ReturnType<typeof copy>) => void) {
  const document = copy();
  change(document);
  return documentProblems("openapi", document).map(told);
}

// biome-ignore lint/suspicious/noExplicitAny: tests put what is wrong anywhere.
const copy = (): any => structuredClone(good);

test("a good document is taken as an object, as YAML and as JSON", () => {
  expect(documentProblems("openapi", good)).toEqual([]);
  expect(documentProblems("openapi", JSON.stringify(good))).toEqual([]);
  const yaml = [
    "openapi: 3.0.3",
    "info: { title: orders, version: 2026-11-30 }",
    "paths: { /a: { get: { responses: {} } } }",
  ].join("\n");
  expect(documentProblems("openapi", yaml)).toEqual([]);
  expect(readDocument(yaml)).toMatchObject({ info: { version: "2026-11-30" } });
});

test.each([
  ["no document", undefined],
  ["a list", []],
  ["text that is no YAML", "a: [b"],
  ["text that is no object", "orders"],
])("%s is refused", (_, given) => {
  expect(documentProblems("openapi", given).map(told).join()).toMatch(
    /^openapi: .*an object, or its text in YAML or JSON/,
  );
});

test.each<[string, Parameters<typeof but>[0], RegExp]>([
  [
    "another version",
    (d) => {
      d.openapi = "3.2.0";
    },
    /^openapi.openapi: "3.2.0" was given; .*"3.1.x"/,
  ],
  [
    "no title",
    (d) => {
      delete d.info.title;
    },
    /^openapi.info.title: nothing was given/,
  ],
  [
    "no paths",
    (d) => {
      d.paths = {};
    },
    /^openapi.paths: .*at least one path/,
  ],
  [
    "a server with variables",
    (d) => {
      d.servers[0].url = "/{base}";
    },
    /^openapi.servers\[0\].url: "\/{base}"/,
  ],
  [
    "a variable within a segment",
    (d) => {
      d.paths["/orders/{id}.json"] = {};
    },
    /^openapi.paths.\/orders\/{id}.json: .*whole segments/,
  ],
  [
    "a path from nowhere",
    (d) => {
      d.paths.orders = {};
    },
    /^openapi.paths.orders: /,
  ],
  [
    "a server of one operation",
    (d) => {
      d.paths["/orders/{id}"].get.servers = [{ url: "/" }];
    },
    /^openapi.paths.\/orders\/{id}.get.servers: .*whole document/,
  ],
  [
    "a parameter without a schema",
    (d) => {
      delete d.components.parameters.Id.schema;
    },
    /^openapi.paths.\/orders\/{id}.parameters\[0\].schema: nothing/,
  ],
  [
    "another style",
    (d) => {
      d.components.parameters.Id.style = "matrix";
    },
    /parameters\[0\].style: "matrix".*"simple"/,
  ],
  [
    "another type of body",
    (d) => {
      d.paths["/orders/{id}"].put.requestBody.content["text/csv"] = { schema: {} };
    },
    /put.requestBody.content: "text\/csv".*\+json/,
  ],
  [
    "a body of anything",
    (d) => {
      d.paths["/orders/{id}"].put.requestBody.content["application/json"] = {};
    },
    /content.application\/json.schema: nothing.*anything would pass/,
  ],
  [
    "no type of body",
    (d) => {
      d.paths["/orders/{id}"].put.requestBody = {};
    },
    /put.requestBody.content: nothing/,
  ],
  [
    "a reference that leads nowhere",
    (d) => {
      d.paths["/orders/{id}"].parameters[0].$ref = "#/components/parameters/Other";
    },
    /parameters\[0\].\$ref: "#\/components\/parameters\/Other"/,
  ],
  [
    "a reference out of the document",
    (d) => {
      d.components.schemas.Order = { $ref: "./order.yaml" };
    },
    /^openapi.components.schemas.Order.\$ref: ".\/order.yaml"/,
  ],
  [
    "a pattern that looks ahead",
    (d) => {
      d.components.schemas.Order.properties.pattern.pattern = "(?=a)b";
    },
    /Order.properties.pattern.pattern: .*RE2/,
  ],
  [
    "a pattern that refers back",
    (d) => {
      d.components.schemas.Order.properties.pattern.pattern = "(a)\\1";
    },
    /Order.properties.pattern.pattern: .*RE2/,
  ],
  [
    "a lone discriminator",
    (d) => {
      d.components.schemas.Order.discriminator = { propertyName: "kind" };
    },
    /Order.discriminator: .*oneOf/,
  ],
  [
    "a dialect of its own",
    (d) => {
      d.components.schemas.Order.$schema = "urn:mine";
    },
    /Order.\$schema: "urn:mine"/,
  ],
])("%s is refused, with its place", (_, change, said) => {
  expect(but(change).join("\n")).toMatch(said);
});

test("what only looks like a word is none: values, and properties that are named so", () => {
  expect(
    but((d) => {
      d.components.schemas.Order.example = { $ref: "nowhere", pattern: "(?=a)" };
      d.components.schemas.Order.properties.note = { type: "string", pattern: "\\\\1", enum: ["$schema"] };
    }),
  ).toEqual([]);
});
