import { expect, test } from "vitest";
import { optOut } from "../core/opt-out.ts";
import {
  authenticationPlan,
  authenticationProblems,
  hygienePlan,
  type Identity,
  issuersReached,
  openPlan,
} from "./authentication-plan.ts";
import { clientPolicyPlan } from "./client-policy.ts";
import { completeProxies } from "./gateway-args.ts";

const gateway = { name: "edge", namespace: "shop-edge", url: "https://shop.example.com" };
const place = { name: "people", gateway };
const identity: Identity = {
  issuer: "https://login.example.com/shop",
  audiences: ["shop"],
  jwks: "https://keys.example.com:8443/shop",
  claims: ["sub", "realm_access.role"],
};
const clients = clientPolicyPlan("edge", "shop-edge", completeProxies({})).spec;
const login = { clientId: "shop", clientSecret: "login" };

test("every header that a claim is passed on in is taken away before, on the listener with TLS", () => {
  const { jwt, targetRefs } = authenticationPlan(place, identity).spec;
  const passed = jwt?.providers.flatMap(({ claimToHeaders }) => claimToHeaders.map(({ header }) => header));
  expect(passed).toEqual(["x-user-sub", "x-user-realm-access-role"]);
  const hygiene = hygienePlan(place, identity, clients).spec;
  // Each once: a gateway takes away x-user-sub without it, too.
  const remove = ["x-actor", "x-purpose", "x-user-sub", "x-user-realm-access-role"];
  expect(hygiene).toEqual({ ...clients, targetRefs, headers: { ...clients.headers, earlyRequestHeaders: { remove } } });
  expect(hygiene.targetRefs).toEqual(targetRefs);
  expect(targetRefs).toEqual([expect.objectContaining({ kind: "Gateway", name: "edge", sectionName: "https" })]);
  expect(jwt?.providers[0]?.extractFrom).toEqual({ headers: [{ name: "Authorization", valuePrefix: "Bearer " }] });
});

test("a browser is sent to log in where that is asked for, with the name of a secret and not with one", () => {
  expect(authenticationPlan(place, identity).spec).not.toHaveProperty("oidc");
  expect(authenticationPlan(place, { ...identity, login }).spec.oidc).toMatchObject({
    clientSecret: { name: "login" },
    redirectURL: "https://shop.example.com/oauth2/callback",
    forwardAccessToken: true,
  });
});

test("an open route says why", () => {
  expect(openPlan("orders", "shop", optOut("the public catalogue"))).toMatchObject({
    metadata: { annotations: { "plumbline.dev/opt-out.authentication": "the public catalogue" } },
    spec: { targetRefs: [{ kind: "HTTPRoute", name: "orders" }], authorization: { defaultAction: "Allow" } },
  });
});

test("proxies reach the issuer's ports alone, and only what answers there if that is said", () => {
  const to = (port: number) => ["0.0.0.0/0", "::/0"].map((cidr) => ({ cidr, port }));
  expect(issuersReached(identity)).toEqual(to(8443));
  expect(issuersReached({ ...identity, login })).toEqual([...to(8443), ...to(443)]);
  const at = [{ cidr: "203.0.113.0/24", port: 8443 }];
  expect(issuersReached({ ...identity, at })).toEqual(at);
});

test("who it is nobody says from outside, be it asked for or not", () => {
  expect(clients.headers.earlyRequestHeaders.remove).toEqual(["x-actor", "x-purpose", "x-user-sub"]);
});

test.each<[string, { readonly [Field in keyof Identity]?: unknown }]>([
  ["issuer", { issuer: "http://login.example.com" }],
  ["jwks", { jwks: "https://user:word@login.example.com" }],
  ["audiences", { audiences: [] }],
  ["claims[1]", { claims: ["a.b", "a-b"] }],
  ["claims[0]", { claims: ["a b"] }],
  ["login.clientId", { login: { ...login, clientId: " " } }],
  ["login.clientSecret", { login: { ...login, clientSecret: "Log In" } }],
  ["at", { at: [] }],
  ["at", { at: "203.0.113.0/24" }],
  ["at[0]", { at: [null] }],
  ["audiences", { audiences: null }],
  ["audiences", { audiences: "shop" }],
  ["audiences[0]", { audiences: [null] }],
  ["claims", { claims: null }],
  ["claims", { claims: "sub" }],
  ["claims[0]", { claims: [null] }],
  ["login", { login: null }],
  ["login.clientId", { login: { clientSecret: "login" } }],
  ["login.clientSecret", { login: { clientId: "shop" } }],
  ["login.scopes", { login: { ...login, scopes: "profile" } }],
])("%s is refused", (field, wrong) => {
  expect(authenticationProblems("people", identity)).toEqual([]);
  const given = { ...identity, ...wrong } as Identity;
  expect(authenticationProblems("people", given)).toEqual([expect.objectContaining({ field })]);
});
