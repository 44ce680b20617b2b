import { expect, test } from "vitest";
import type { Namespace } from "../cluster/namespace.ts";
import { profilesEnvironment, profilesPeers, profilesProblems } from "./profiles.ts";

const namespace = { name: "shop" } as Namespace;
const endpoint = "http://pyroscope.observability.svc:4040";

test("a program is told where profiles go and who it is, and whose they are where they are told apart", () => {
  const told = { PYROSCOPE_SERVER_ADDRESS: endpoint, PYROSCOPE_APPLICATION_NAME: "orders" };
  expect(profilesEnvironment("orders", { namespace, profiles: { endpoint } })).toEqual(told);
  const profiles = { endpoint, tenantOf: (of: string) => `${of}-team` };
  expect(profilesEnvironment("orders", { namespace, profiles })).toEqual({
    ...told,
    PYROSCOPE_TENANT_ID: "shop-team",
  });
  expect(profilesEnvironment("orders", { namespace })).toEqual({});
});

test("the way there is open, and no other", () => {
  expect(profilesPeers({ endpoint })).toEqual([{ namespace: "observability", podLabels: {}, port: 4040 }]);
  expect(profilesPeers(undefined)).toEqual([]);
  expect(profilesProblems({ endpoint })).toEqual([]);
  const elsewhere = { endpoint: "https://profiles.example.com" };
  expect(profilesPeers(elsewhere)).toEqual([]);
  expect(profilesProblems(elsewhere)).toMatchObject([{ field: "profiles.endpoint", given: elsewhere.endpoint }]);
});
