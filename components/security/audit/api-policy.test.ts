import { describe, expect, test } from "vitest";
import { type ApiAuditArgs, type AuditRule, apiAuditPolicy } from "./api-policy.ts";

/** A request, as far as a policy looks at it. */
interface Asked {
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly verb: string;
  readonly group?: string;
  readonly resource?: string;
  readonly url?: string;
}

/** As the API server judges: the first rule of which every part fits. */
function levelOf(asked: Asked, args?: ApiAuditArgs) {
  return apiAuditPolicy(args).rules.find((rule) => fits(rule, asked))?.level;
}

function fits({ users, userGroups, verbs, resources, nonResourceURLs }: AuditRule, asked: Asked): boolean {
  const { user = "anna", groups = ["people"], verb, group = "", resource, url } = asked;
  const isAt = (pattern: string) => (pattern.endsWith("*") ? url?.startsWith(pattern.slice(0, -1)) : url === pattern);
  return (
    (users?.includes(user) ?? true) &&
    (userGroups?.some((one) => groups.includes(one)) ?? true) &&
    (verbs?.includes(verb) ?? true) &&
    (resources?.some(
      (one) => one.group === group && (one.resources?.includes(resource ?? "") ?? resource !== undefined),
    ) ??
      true) &&
    (nonResourceURLs?.some(isAt) ?? true)
  );
}

const rbac = { group: "rbac.authorization.k8s.io", resource: "rolebindings" };
const breakGlass = { groups: { "break-glass": "RequestResponse" } } as const;
const brokeIn = { groups: ["break-glass"] };

describe("the audit policy of an API server", () => {
  test.each([
    ["reads a secret", { verb: "get", resource: "secrets" }, "Metadata"],
    ["writes a secret", { verb: "create", resource: "secrets" }, "Metadata"],
    ["asks for a token", { verb: "create", resource: "serviceaccounts/token" }, "Metadata"],
    ["goes into a container", { verb: "create", resource: "pods/exec" }, "Metadata"],
    ["goes into a container by a websocket", { verb: "get", resource: "pods/exec" }, "Metadata"],
    ["forwards a port", { verb: "get", resource: "pods/portforward" }, "Metadata"],
    ["gives a right", { verb: "create", ...rbac }, "Request"],
    ["changes what runs", { verb: "patch", group: "apps", resource: "deployments" }, "Metadata"],
    ["reads what runs", { verb: "get", group: "apps", resource: "deployments" }, "None"],
    ["asks for health", { verb: "get", url: "/readyz/etcd" }, "None"],
  ] as [string, Asked, string][])("somebody who %s", (_, asked, level) => {
    expect(levelOf(asked)).toBe(level);
  });

  test.each([
    [
      "a controller's secrets in its cache",
      { user: "system:kube-controller-manager", verb: "list", resource: "secrets" },
      "None",
    ],
    [
      "a controller's Pods",
      { groups: ["system:serviceaccounts:kube-system"], verb: "create", resource: "pods" },
      "None",
    ],
    [
      "a right that a controller gives",
      { groups: ["system:serviceaccounts:kube-system"], verb: "update", ...rbac },
      "Request",
    ],
    [
      "a secret that a controller writes",
      { groups: ["system:serviceaccounts:kube-system"], verb: "create", resource: "secrets" },
      "Metadata",
    ],
    [
      "a kubelet's token of a pod",
      { groups: ["system:nodes"], verb: "create", resource: "serviceaccounts/token" },
      "None",
    ],
    [
      "a way into a container, by a websocket",
      { groups: ["system:serviceaccounts:kube-system"], verb: "get", resource: "pods/exec" },
      "Metadata",
    ],
    ["a lease", { verb: "update", group: "coordination.k8s.io", resource: "leases" }, "None"],
  ] as [string, Asked, string][])("of the cluster's own parts: %s", (_, asked, level) => {
    expect(levelOf(asked)).toBe(level);
  });

  test("all that a given group does is recorded as it says, but for what is secret", () => {
    expect(levelOf({ ...brokeIn, verb: "get", resource: "pods" }, breakGlass)).toBe("RequestResponse");
    expect(levelOf({ ...brokeIn, verb: "get", resource: "secrets" }, breakGlass)).toBe("Metadata");
    expect(levelOf({ ...brokeIn, verb: "create", resource: "serviceaccounts/token" }, breakGlass)).toBe("Metadata");
    const lease = { verb: "delete", group: "coordination.k8s.io", resource: "leases" };
    expect([levelOf({ ...brokeIn, ...lease }, breakGlass), levelOf(lease, breakGlass)]).toEqual(["Metadata", "None"]);
    expect(levelOf({ verb: "get", resource: "pods" }, breakGlass)).toBe("None");
  });

  test("a further part's doings are left out, but for secrets and rights", () => {
    const [parts, groups] = [["system:serviceaccounts:cnpg-system"], ["system:serviceaccounts:cnpg-system"]];
    const does = (asked: Asked) => levelOf({ ...asked, groups }, { parts });
    expect([does({ verb: "create", resource: "pods" }), does({ verb: "list", resource: "pods" })]).toEqual([
      "None",
      "None",
    ]);
    expect([does({ verb: "create", resource: "secrets" }), does({ verb: "create", ...rbac })]).toEqual([
      "Metadata",
      "Request",
    ]);
  });

  test("no rule has content of what is secret", () => {
    const withContent = apiAuditPolicy(breakGlass).rules.filter(({ level }) => level.startsWith("Request"));
    for (const { resources = [] } of withContent)
      expect(resources.flatMap((one) => one.resources ?? [])).not.toContain("secrets");
  });

  test("what names no group, or is both recorded and left out, is refused", () => {
    const level = "None" as "Metadata";
    expect(() => apiAuditPolicy({ groups: { "break*": "Request" } })).toThrow(/groups\.break\*.*a group's whole name/);
    expect(() => apiAuditPolicy({ groups: { people: level } })).toThrow(/groups\.people: "None" was given/);
    expect(() => apiAuditPolicy({ parts: ["system:authenticated"] })).toThrow(/parts\[0\].*the group of one part/);
    expect(() => apiAuditPolicy({ ...breakGlass, parts: ["break-glass"] })).toThrow(
      /parts\[0\].*both recorded and left out/,
    );
  });

  test.each<[given: unknown, field: string]>([
    [null, "the arguments"],
    [{ groups: null }, "groups"],
    [{ groups: ["people"] }, "groups"],
    [{ parts: "people" }, "parts"],
    [{ parts: [null] }, "parts[0]"],
  ])("%j is refused by its field", (given, field) => {
    expect(() => apiAuditPolicy(given as ApiAuditArgs)).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ field })] }),
    );
  });
});
