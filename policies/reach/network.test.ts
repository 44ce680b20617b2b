import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromManifest } from "../core/resource.ts";
import { Stack } from "../core/stack.ts";
import { matrixOf } from "./matrix.ts";
import { Network } from "./network.ts";
import { spokenPorts } from "./ports.ts";

const pod = (namespace: string, name: string, labels: object, ports: object[] = []) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace, labels },
  spec: { containers: [{ name: "it", ports }] },
});
const space = (name: string, labels: object = {}) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});
let policies = 0;
const policy = (spec: object, namespace = "shop") => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: `p${++policies}`, namespace },
  spec,
});

/** Two pods in each of two namespaces, of which one belongs to a team. */
const WORLD = [
  space("shop"),
  space("tools", { team: "platform" }),
  pod("shop", "db", { role: "db" }, [
    { name: "sql", containerPort: 5432 },
    { name: "peer", containerPort: 7000, protocol: "UDP" },
  ]),
  pod("shop", "web", { role: "web" }),
  pod("tools", "web", { role: "web" }),
  pod("tools", "job", { role: "job" }),
];

const networkOf = (...objects: object[]) => new Network(new Stack([...WORLD, ...objects].flatMap(fromManifest)));

/** The ports of an end that another reaches: `shop/web`, or an address. */
function way(network: Network, from: string, to: string): string {
  const end = (name: string) =>
    network.pods.find((pods) => `${pods.namespace}/${pods.name.replace("Pod ", "")}` === name) ?? { address: name };
  return spokenPorts(network.open(end(from), end(to))) || "closed";
}
const into = (to: string, ...objects: object[]) => {
  const network = networkOf(...objects);
  return ["shop/web", "tools/web", "tools/job", "172.17.0.9", "172.17.1.9"].filter(
    (from) => way(network, from, to) !== "closed",
  );
};
const EVERYBODY = ["shop/web", "tools/web", "tools/job", "172.17.0.9", "172.17.1.9"];
const db = { podSelector: { matchLabels: { role: "db" } } };

describe("who is selected", () => {
  test("without a policy everything is open, in both directions", () => {
    expect(into("shop/db")).toEqual(EVERYBODY);
    expect(way(networkOf(), "shop/db", "10.0.0.1")).toBe("every port");
  });

  test("a policy closes its direction for the pods that it selects, in its own namespace", () => {
    const network = networkOf(policy({ podSelector: {}, policyTypes: ["Ingress"] }));
    expect(way(network, "tools/job", "shop/db")).toBe("closed");
    expect(way(network, "tools/job", "shop/web")).toBe("closed");
    expect(way(network, "shop/web", "tools/web")).toBe("every port");
  });

  test("a rule that says nothing opens all to everybody, also what another policy closes", () => {
    expect(into("shop/db", policy({ podSelector: {} }), policy({ ...db, ingress: [{}] }))).toEqual(EVERYBODY);
  });

  test("types are what comes in, and what goes out only where there are rules for it", () => {
    const egress = [{ to: [{ podSelector: {} }] }];
    expect(way(networkOf(policy({ ...db })), "shop/db", "tools/web")).toBe("every port");
    expect(way(networkOf(policy({ ...db, egress })), "shop/db", "tools/web")).toBe("closed");
    expect(way(networkOf(policy({ ...db, egress })), "shop/db", "shop/web")).toBe("every port");
    expect(into("shop/db", policy({ ...db, egress }))).toEqual([]);
    expect(into("shop/db", policy({ ...db, policyTypes: ["Egress"] }))).toEqual(EVERYBODY);
    expect(way(networkOf(policy({ ...db, policyTypes: ["Egress"] })), "shop/db", "shop/web")).toBe("closed");
  });
});

describe("who is a peer", () => {
  const from = (...peers: object[]) => policy({ ...db, ingress: [{ from: peers }] });
  const web = { podSelector: { matchLabels: { role: "web" } } };
  const platform = { namespaceSelector: { matchLabels: { team: "platform" } } };

  test.each([
    ["pods of its own namespace", from(web), ["shop/web"]],
    ["every pod of its own namespace", from({ podSelector: {} }), ["shop/web"]],
    ["every pod of some namespaces", from(platform), ["tools/web", "tools/job"]],
    ["every pod of all namespaces", from({ namespaceSelector: {} }), ["shop/web", "tools/web", "tools/job"]],
    ["both in one peer: both must fit", from({ ...web, ...platform }), ["tools/web"]],
    ["two peers: either", from(web, platform), ["shop/web", "tools/web", "tools/job"]],
    [
      "a namespace by its name",
      from({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "tools" } } }),
      ["tools/web", "tools/job"],
    ],
    [
      "expressions",
      from({
        namespaceSelector: {},
        podSelector: { matchExpressions: [{ key: "role", operator: "NotIn", values: ["web"] }] },
      }),
      ["tools/job"],
    ],
    [
      "a block of addresses, but for some",
      from({ ipBlock: { cidr: "172.17.0.0/16", except: ["172.17.1.0/24"] } }),
      ["172.17.0.9"],
    ],
    ["all addresses, which are no pods", from({ ipBlock: { cidr: "0.0.0.0/0" } }), ["172.17.0.9", "172.17.1.9"]],
    ["an empty list: everybody", policy({ ...db, ingress: [{ from: [] }] }), EVERYBODY],
    ["no rule: nobody", policy({ ...db, ingress: [] }), []],
  ])("%s", (_what, given, wanted) => {
    expect(into("shop/db", given)).toEqual(wanted);
  });

  test("addresses of version 6 are not those of version 4", () => {
    const network = networkOf(from({ ipBlock: { cidr: "2001:db8::/32" } }));
    expect(way(network, "2001:db8::1", "shop/db")).toBe("every port");
    expect(way(network, "2001:db9::1", "shop/db")).toBe("closed");
    expect(way(network, "172.17.0.9", "shop/db")).toBe("closed");
  });
});

describe("which ports", () => {
  const on = (...ports: object[]) => way(networkOf(policy({ ...db, ingress: [{ ports }] })), "shop/web", "shop/db");

  test("by number, range and protocol, which is TCP by default", () => {
    expect(on({ port: 6379 })).toBe("TCP 6379");
    expect(on({ protocol: "UDP", port: 53 }, { port: 53 })).toBe("TCP 53; UDP 53");
    expect(on({ port: 32_000, endPort: 32_768 })).toBe("TCP 32000-32768");
    expect(on({ protocol: "SCTP" })).toBe("SCTP all");
    expect(on({ port: 80 }, { port: 82 }, { port: 81 })).toBe("TCP 80-82");
  });

  test("by the name that the called pod gives it, under the same protocol", () => {
    expect(on({ port: "sql" })).toBe("TCP 5432");
    expect(on({ port: "peer" })).toBe("closed");
    expect(on({ protocol: "UDP", port: "peer" })).toBe("UDP 7000");
    expect(on({ port: "none" })).toBe("closed");
    const egress = [{ ports: [{ port: "sql" }] }];
    const network = networkOf(
      policy({ podSelector: { matchLabels: { role: "web" } }, policyTypes: ["Egress"], egress }),
    );
    expect(way(network, "shop/web", "shop/db")).toBe("TCP 5432");
    expect(way(network, "shop/web", "tools/job")).toBe("closed");
    expect(way(network, "shop/web", "10.0.0.1")).toBe("closed");
  });

  test("both ends must let it through: what is open is what both open", () => {
    const out = (port: number, endPort: number) =>
      policy({
        podSelector: { matchLabels: { role: "web" } },
        policyTypes: ["Egress"],
        egress: [{ to: [db], ports: [{ port, endPort }] }],
      });
    const come = policy({ ...db, ingress: [{ ports: [{ port: 80, endPort: 90 }] }] });
    expect(way(networkOf(out(85, 99), come), "shop/web", "shop/db")).toBe("TCP 85-90");
    expect(way(networkOf(out(91, 99), come), "shop/web", "shop/db")).toBe("closed");
    expect(way(networkOf(out(91, 99)), "shop/web", "shop/db")).toBe("TCP 91-99");
  });
});

const label = fc.constantFrom("db", "web", "job");
const selector = fc.oneof(
  fc.constant({}),
  label.map((role) => ({ matchLabels: { role } })),
);
const peer = fc.oneof(
  selector.map((podSelector) => ({ podSelector })),
  selector.map((podSelector) => ({ podSelector, namespaceSelector: { matchLabels: { team: "platform" } } })),
  fc.constant({ namespaceSelector: {} }),
);
const ports = fc.array(
  fc.integer({ min: 1, max: 4 }).map((port) => ({ port })),
  { maxLength: 2 },
);
const rules = (key: "from" | "to") =>
  fc.array(fc.record({ [key]: fc.array(peer, { maxLength: 2 }), ports }), { maxLength: 2 });
const both = fc.record({ podSelector: selector, ingress: rules("from"), egress: rules("to") });
const any = both.map((spec) => policy({ ...spec, policyTypes: ["Ingress", "Egress"] }, "shop"));
const some = fc.array(any, { maxLength: 3 });

/** Every way that is open, as a set of single ports. */
const ways = (network: Network) =>
  new Set(
    network
      .edges()
      .flatMap(({ from, to, ports }) =>
        ports.flatMap(({ protocol, first, last }) =>
          [1, 2, 3, 4, 5]
            .filter((port) => first <= port && port <= last)
            .map((port) => `${from.namespace}/${from.name} ${to.namespace}/${to.name} ${protocol} ${port}`),
        ),
      ),
  );

describe("whatever policies there are", () => {
  test("their order does not matter, and one twice is one", () => {
    fc.assert(
      fc.property(some, (given) => {
        const wanted = ways(networkOf(...given));
        expect(ways(networkOf(...given.toReversed()))).toEqual(wanted);
        expect(ways(networkOf(...given, ...given))).toEqual(wanted);
      }),
      { numRuns: 40 },
    );
  });

  test("one more for pods that are held already never closes anything, and one without rules never opens anything", () => {
    const deny = policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    fc.assert(
      fc.property(some, any, (given, more) => {
        const held = ways(networkOf(deny, ...given));
        const after = ways(networkOf(deny, ...given, more));
        for (const one of held) expect(after).toContain(one);
        const before = ways(networkOf(...given));
        for (const one of held) expect(before).toContain(one);
      }),
      { numRuns: 40 },
    );
  });

  test("one that opens everything to everybody undoes all that close", () => {
    const open = policy({ podSelector: {}, ingress: [{}], egress: [{}], policyTypes: ["Ingress", "Egress"] });
    fc.assert(
      fc.property(some, (given) => {
        expect(ways(networkOf(...given, open))).toEqual(ways(networkOf()));
      }),
      { numRuns: 20 },
    );
  });
});

test("the matrix names who comes in, and doors to what is none of the stack's pods", () => {
  const stack = new Stack(
    [
      pod("shop", "db", { role: "db" }),
      pod("shop", "web", { role: "web" }),
      policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] }),
      policy({
        ...db,
        ingress: [
          {
            from: [
              { podSelector: { matchLabels: { role: "web" } } },
              { namespaceSelector: { matchLabels: { scrapes: "true" } } },
            ],
            ports: [{ port: 80 }],
          },
        ],
      }),
      policy({
        podSelector: { matchLabels: { role: "web" } },
        egress: [{ to: [db] }, { to: [{ ipBlock: { cidr: "10.0.0.0/8" } }], ports: [{ port: 443 }] }],
      }),
    ].flatMap(fromManifest),
  );
  expect(matrixOf(new Network(stack))).toBe(`shop/Pod db
  from elsewhere, pods of namespaces scrapes=true: TCP 80
  from shop/Pod web: TCP 80

shop/Pod web
  to elsewhere, 10.0.0.0/8: TCP 443
`);
});
