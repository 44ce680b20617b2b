import { expect, test } from "vitest";
import { Cluster } from "../cluster/cluster.ts";
import { Namespace } from "../cluster/namespace.ts";
import { record } from "../testing/record.ts";
import { Authentication } from "./authentication.ts";
import { Gateway } from "./gateway.ts";
import { Issuer } from "./issuer.ts";

const ZONES = ["a", "b", "c"];
const login = { issuer: "https://login.example.com", audiences: ["shop"], jwks: "https://login.example.com/keys" };

/** A gateway that one Authentication, without a claim, already asks for. */
const authenticated = () =>
  record("production", () => {
    const cluster = new Cluster("cluster", { context: "shop", operators: "provided" });
    const on = { provider: cluster.provider };
    const namespace = new Namespace("edge", { quota: { cpu: "20", memory: "40Gi", pods: 60, storage: "100Gi" } }, on);
    const issuer = new Issuer("internal", { authority: "private" }, on);
    const args = { namespace, issuer, host: "shop.example.com", implementation: "envoy", zones: ZONES } as const;
    const gateway = new Gateway("gateway", args, on);
    new Authentication("people", { gateway, ...login, claims: [] }, on);
    expect(() => new Authentication("partners", { gateway, ...login }, on)).toThrow(/has no Authentication yet/);
  });

test("a gateway asks for one kind of token: a second Authentication is refused, and makes nothing", async () => {
  const { resources } = await authenticated();
  const made = resources.filter(({ type }) => /SecurityPolicy|Authentication/.test(type)).map(({ name }) => name);
  expect(made.sort()).toEqual(["people", "people"]);
});
