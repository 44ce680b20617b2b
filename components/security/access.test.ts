import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Namespace } from "../cluster/namespace.ts";
import { record } from "../testing/record.ts";
import { Access, type AccessArgs } from "./access.ts";
import { accessPlan, isGroup, type People, peopleProblems } from "./access-plan.ts";
import { allow } from "./grant.ts";
import { KINDS } from "./kinds.ts";
import { restartOnlyPolicy } from "./restart-only.ts";
import { admin, breakGlass, operator, surroundings, viewer } from "./roles.ts";

const ROLES = { surroundings, viewer, operator, admin, breakGlass };

describe("what a role can give", () => {
  test("has no wildcard, and no right by which one gains more: for the compiler, and for who has none", () => {
    const said = (give: () => unknown) => expect(give).toThrow(/A role for people was given/);
    // @ts-expect-error No verb stands for all.
    said(() => allow(["*"], { apps: ["deployments"] }));
    // @ts-expect-error No kind stands for all.
    said(() => allow(["get"], { apps: ["*"] }));
    // @ts-expect-error No group stands for all.
    said(() => allow(["get"], { "*": ["pods"] }));
    // @ts-expect-error Every subresource is given by its name.
    said(() => allow(["get"], { "": ["pods/*"] }));
    // @ts-expect-error Nobody writes into a role what he has not.
    said(() => allow(["escalate"], { "rbac.authorization.k8s.io": ["clusterroles"] }));
    // @ts-expect-error Nobody gives away what he has not.
    said(() => allow(["bind"], { "rbac.authorization.k8s.io": ["clusterroles"] }));
    // @ts-expect-error Nobody acts as somebody else.
    said(() => allow(["impersonate"], { "": ["serviceaccounts"] }));
    // @ts-expect-error No token of an account.
    said(() => allow(["create"], { "": ["serviceaccounts/token"] }));
    // @ts-expect-error Some verbs of a kind are there, others are not.
    said(() => allow(["get", "create"], { "": ["nodes"] }));
    // @ts-expect-error What every object of JavaScript has is no kind.
    said(() => allow(["get"], { apps: ["constructor"] }));
  });

  test("a refusal says where, what was given and what there is", () => {
    const wide = allow as (verbs: string[], on: object) => unknown;
    expect(() => wide(["*", "get"], { "": ["nodes"] })).toThrow(
      'core/nodes: ["*"] was given; allowed: some of get, list, watch, patch',
    );
  });

  test("every entry of the table is named in full", () => {
    for (const [group, kinds] of Object.entries(KINDS))
      for (const [kind, verbs] of Object.entries(kinds))
        for (const word of [group, kind, ...verbs]) expect(word).not.toMatch(/\*|^(escalate|bind|impersonate)$/);
  });
});

const may = (role: keyof typeof ROLES, verb: string, kind: string) =>
  ROLES[role]().some(({ kinds, verbs }) => kinds.includes(kind) && (verbs as readonly string[]).includes(verb));

test("each namespace role has all of the one before it, and more", () => {
  const rights = (role: keyof typeof ROLES) =>
    new Set(
      ROLES[role]().flatMap(({ apiGroup, kinds, verbs }) =>
        kinds.flatMap((kind) => verbs.map((verb) => `${apiGroup}/${kind} ${verb}`)),
      ),
    );
  for (const [less, more] of [
    ["viewer", "operator"],
    ["operator", "admin"],
    ["surroundings", "breakGlass"],
    ["operator", "breakGlass"],
  ] as const) {
    expect([...rights(less)].filter((right) => !rights(more).has(right))).toEqual([]);
    expect(rights(more).size).toBeGreaterThan(rights(less).size);
  }
});

test("who reads Secrets makes none, and who makes them reads none: both together are any account's token", () => {
  for (const role of Object.keys(ROLES) as (keyof typeof ROLES)[]) {
    const reads = ["get", "list", "watch", "update", "patch"].some((verb) => may(role, verb, "secrets"));
    expect([role, reads && may(role, "create", "secrets")]).toEqual([role, false]);
    expect([role, reads]).toEqual([role, role === "breakGlass"]);
  }
});

const group = fc.stringMatching(/^[a-z][a-z0-9:/@.-]{0,30}[a-z0-9]$/).filter(isGroup);
const groups = fc.uniqueArray(group, { maxLength: 4 });

test("no plan has a wildcard, gives anything to all or to one person, or binds a role that it does not make", () => {
  const people = fc.record({
    viewer: groups,
    operator: groups,
    breakGlass: groups,
    admin: fc.record({ shop: groups }),
  });
  fc.assert(
    fc.property(people, (given) => {
      const { roles, bindings, clusterBindings } = accessPlan("people", ["shop", "data"], given);
      for (const role of roles) expect(JSON.stringify(role.rules)).not.toContain("*");
      const all = [...bindings, ...clusterBindings];
      for (const { subjects } of all)
        expect(subjects.every(({ kind, name }) => kind === "Group" && isGroup(name))).toBe(true);
      const made = new Set(roles.map(({ metadata }) => metadata.name));
      expect(new Set(all.map(({ roleRef }) => roleRef.name))).toEqual(made);
      expect(all.every(({ subjects }) => subjects.length > 0)).toBe(true);
      const wide = clusterBindings.map(({ roleRef }) => roleRef.name.replace("people-", ""));
      expect(wide.every((role) => ["surroundings", "break-glass"].includes(role))).toBe(true);
    }),
  );
});

test("groups that stand for more than people of one kind are refused, each with where it stands", () => {
  const people = {
    viewer: ["*", "system:authenticated", "shop developers", "dev", "dev"],
    operator: ["eks:k8s-metrics", "glass"],
    admin: { shop: ["leads"], nowhere: ["leads"] },
    breakGlass: ["glass", "system:masters"],
  };
  expect(peopleProblems("people", ["shop"], people).map(({ field }) => field)).toEqual([
    "admin.nowhere",
    "viewer[0]",
    "viewer[1]",
    "viewer[2]",
    "viewer[4]",
    "operator[0]",
    "operator[1]",
    "breakGlass[1]",
  ]);
});

test.each<[wrong: { readonly [Field in keyof People]?: unknown }, field: string]>([
  [{ viewer: "abc" }, "viewer"],
  [{ operator: null }, "operator"],
  [{ admin: null }, "admin"],
  [{ admin: ["leads"] }, "admin"],
  [{ admin: { shop: null } }, "admin.shop"],
  [{ breakGlass: "abc" }, "breakGlass"],
  [{ breakGlass: [null] }, "breakGlass[0]"],
])("people of no shape are refused by their field: %j", (wrong, field) => {
  const people = { viewer: ["dev"], ...wrong } as People;
  expect(peopleProblems("people", ["shop"], people)).toEqual([expect.objectContaining({ field })]);
});

/** A program that makes an Access for two namespaces. */
const access = (people: Omit<AccessArgs, "namespaces" | "alerts">) =>
  record("test", () => {
    const quota = { cpu: "1", memory: "1Gi", pods: 1 } as const;
    const alerts = { namespace: new Namespace("observability", { quota }) };
    new Access("people", {
      namespaces: [new Namespace("shop", { quota }), new Namespace("data", { quota })],
      alerts,
      ...people,
    });
  });

test("an Access makes roles that somebody has, binds them by namespace, and operators are held to restarts", async () => {
  const { resources, inputsOf } = await access({ viewer: ["dev"], operator: ["on-call"], admin: { shop: ["leads"] } });
  const named = (type: string) =>
    resources
      .filter((one) => one.type.endsWith(type))
      .map(({ name }) => name)
      .sort();
  expect(named(":ClusterRole")).toEqual(["people-admin", "people-operator", "people-surroundings", "people-viewer"]);
  expect(named(":RoleBinding")).toEqual([
    "data-people-operator",
    "data-people-viewer",
    "shop-people-admin",
    "shop-people-operator",
    "shop-people-viewer",
  ]);
  expect(named(":ClusterRoleBinding")).toEqual(["people-surroundings"]);
  expect(
    inputsOf(":ClusterRoleBinding", "people-surroundings").subjects.map((one: { name: string }) => one.name),
  ).toEqual(["dev", "on-call", "leads"]);
  expect(resources.filter(({ type }) => type.endsWith(":PrometheusRule"))).toEqual([]);
  expect(inputsOf(":ValidatingAdmissionPolicy", "people-restart-only").spec.failurePolicy).toBe("Fail");
  expect(inputsOf(":ValidatingAdmissionPolicyBinding", "people-restart-only").spec.policyName).toBe(
    "people-restart-only",
  );
});

test("the role for emergencies says why it may what no other may, is bound for the whole cluster, and has an alert", async () => {
  const { resources, inputsOf } = await access({ breakGlass: ["glass"] });
  const annotations = inputsOf(":ClusterRole", "people-break-glass").metadata.annotations;
  expect(annotations["plumbline.dev/opt-out.rights"]).toMatch(/nothing else helps/);
  expect(resources.filter(({ type }) => type.endsWith(":RoleBinding"))).toEqual([]);
  expect(inputsOf(":ClusterRoleBinding", "people-break-glass").subjects).toMatchObject([
    { kind: "Group", name: "glass" },
  ]);
  const rules = inputsOf(":PrometheusRule", "people-alerts");
  expect(rules.metadata.namespace).toBe("observability");
  expect(rules.spec.groups[0].rules.map(({ alert }: { alert: string }) => alert)).toEqual(["BreakGlassUsed"]);
});

test("the groups that are held to restarts stand in the policy as texts, whatever they are called", () => {
  fc.assert(
    fc.property(groups, (names) => {
      const { spec } = JSON.parse(JSON.stringify(restartOnlyPolicy("only", names)));
      const list = /group in (\[.*\])\)$/.exec(spec.matchConditions[0].expression)?.[1] ?? "";
      expect(JSON.parse(list)).toEqual(names);
    }),
  );
});
