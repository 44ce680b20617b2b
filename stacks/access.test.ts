import { expect, test } from "vitest";
import { accessSchema, checkAccess } from "./access-schema.ts";
import type { Parsed } from "./environment-schema.ts";

test.each([
  [{ viewer: ["*"] }, "viewer.0"],
  [{ operator: ["system:masters"] }, "operator.0"],
  [{ admin: { kitchen: ["cooks"] } }, "admin"],
  [{ breakGlass: [] }, "breakGlass"],
  [{ everybody: ["people"] }, ""],
])("%j is refused", (given, path) => {
  const { error } = accessSchema.safeParse(given);
  expect(error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
});

test("a namespace that is not there, a group for emergencies with daily work, and one that stands twice, are told with where they stand", () => {
  const access = {
    viewer: ["dev", "glass", "dev"],
    admin: { edge: ["glass"], dashboards: ["dev"] },
    breakGlass: ["glass"],
  };
  const told: string[] = [];
  const environment = { access, namespaces: { shop: {}, data: {}, edge: {} }, monitoring: {} } as unknown as Parsed;
  checkAccess(environment, (path) => told.push(path.join(".")));
  expect(told.sort()).toEqual(["access.admin.dashboards", "access.admin.edge.0", "access.viewer.1", "access.viewer.2"]);
});

test("rights for emergencies are refused where nothing could tell of their use", () => {
  const told: string[] = [];
  const environment = { access: { breakGlass: ["glass"] }, namespaces: { shop: {}, data: {}, edge: {} } };
  checkAccess(environment as unknown as Parsed, (path) => told.push(path.join(".")));
  expect(told).toEqual(["access.breakGlass"]);
});
