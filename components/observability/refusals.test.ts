import { expect, test } from "vitest";
import { InvalidArgsError, optOut } from "../core/index.ts";
import { Dashboards, Logging, Monitoring, Tracing } from "./index.ts";

/** Every component, with arguments that it takes. None is made here: each is refused before it is. */
const namespace = { name: "observability", scrapesMetrics: true };
const zones = ["a", "b"];
const key = { secret: "keys", key: "key" };
const resources = { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } };
const alerting = {
  critical: { kind: "webhook", url: key },
  warning: { kind: "slack", url: key },
  heartbeat: { url: key },
};
const indices = { url: "https://search.example.com:9200", at: [{ cidr: "10.0.8.0/22", port: 9200 }] };
const oidc = {
  clientId: "grafana",
  clientSecret: key,
  urls: {
    authorization: "https://id.example.com/authorize",
    token: "https://id.example.com/token",
    userInfo: "https://id.example.com/me",
  },
  cidrs: ["203.0.113.0/24"],
};
const COMPONENTS = {
  Monitoring: {
    make: (args: unknown, name = "main") => new Monitoring(name, args as never),
    args: { namespace, zones, environment: "test", retention: "15d", storage: "10Gi", resources, alerting },
  },
  Tracing: {
    make: (args: unknown, name = "main") => new Tracing(name, args as never),
    args: { namespace, zones, retention: "3d", storage: { kind: "opensearch", ...indices } },
  },
  Logging: {
    make: (args: unknown, name = "main") => new Logging(name, args as never),
    args: { namespace, zones, retention: "3d", store: { kind: "elasticsearch", ...indices } },
  },
  Dashboards: {
    make: (args: unknown, name = "main") => new Dashboards(name, args as never),
    args: {
      namespace,
      zones,
      database: { usableName: "db" },
      shows: [],
      prometheus: { url: "http://main-prometheus.observability.svc:9090" },
      url: "https://shop.example.com/grafana",
      oidc,
    },
  },
};
type Kind = keyof typeof COMPONENTS;

/** The same arguments with another value at a path. */
function changed(args: object, path: string, given: unknown): object {
  const [first = "", ...rest] = path.split(".");
  const inner = (args as Record<string, unknown>)[first];
  return { ...args, [first]: rest.length === 0 ? given : changed((inner ?? {}) as object, rest.join("."), given) };
}

/** What a component says of its arguments: fields, and the whole message. */
function said(kind: Kind, args: unknown, name?: string): { fields: string[]; message: string } {
  try {
    COMPONENTS[kind].make(args, name);
  } catch (error) {
    if (!(error instanceof InvalidArgsError)) throw error;
    return { fields: error.problems.map(({ field }) => field), message: error.message };
  }
  throw new Error("was not refused");
}

test.each(Object.keys(COMPONENTS) as Kind[])("a %s is made of an object alone", (kind) => {
  for (const given of [null, undefined, "a text", []]) expect(said(kind, given).fields).toEqual(["the arguments"]);
  expect(said(kind, changed(COMPONENTS[kind].args, "zones", "abc")).fields).toEqual(["zones"]);
  expect(said(kind, changed(COMPONENTS[kind].args, "zones", [null])).fields).toEqual(["zones[0]"]);
  expect(said(kind, changed(COMPONENTS[kind].args, "namespace", null)).fields).toEqual(["namespace"]);
});

test("a name that is nothing is refused", () => {
  expect(said("Monitoring", COMPONENTS.Monitoring.args, null as never).fields).toEqual(["name"]);
});

const NOTHING: Readonly<Record<Kind, readonly string[]>> = {
  Monitoring: [
    ...["zones", "alerting", "alerting.critical", "alerting.warning", "alerting.heartbeat", "alerting.heartbeat.url"],
    ...["alerting.teams", "alerting.teams.shop", "alerting.teams.shop.critical", "remoteWrite", "remoteWrite.url"],
    ...["remoteWrite.token", "environment", "retention", "storage", "resources", "transform", "replication"],
  ],
  Tracing: ["zones", "storage", "storage.at", "storage.user", "storage.user.name", "storage.authority", "sampling"],
  Logging: ["zones", "store", "store.at", "store.user", "tenants", "tenants.shop", "alsoDropped", "resources"],
  Dashboards: [
    ...[
      "zones",
      "url",
      "shows",
      "prometheus",
      "prometheus.url",
      "database",
      "oidc",
      "oidc.urls",
      "oidc.urls.token",
      "oidc.cidrs",
    ],
    ...["oidc.clientSecret", "oidc.clientId", "loki", "traces", "replicas"],
  ],
};
test.each(Object.entries(NOTHING) as [Kind, string[]][])("a %s refuses null wherever it looks", (kind, paths) => {
  for (const path of paths) {
    const { fields } = said(kind, changed(COMPONENTS[kind].args, path, null));
    // Of a part that is left out with it, more is said.
    expect(fields, path).toContain(path);
  }
});

const MISSING: readonly [Kind, path: string, given: unknown, fields: string[]][] = [
  ["Monitoring", "alerting", {}, ["alerting.critical", "alerting.warning", "alerting.heartbeat"]],
  ["Monitoring", "alerting.heartbeat", {}, ["alerting.heartbeat.url"]],
  ["Tracing", "storage", { kind: "opensearch" }, ["storage.url", "storage.at"]],
  ["Tracing", "storage.user", { name: "jaeger" }, ["storage.user.password"]],
  ["Logging", "store.user", { name: "logs" }, ["store.user.password"]],
  ["Logging", "store", { kind: "otlp" }, ["store.url", "store.at"]],
  ["Logging", "tenants", { shop: { retention: "7d" } }, ["tenants.shop.namespaces"]],
  ["Logging", "alsoDropped", [null], ["alsoDropped[0]"]],
  ["Dashboards", "shows", [null], ["shows[0]"]],
  ["Dashboards", "prometheus", {}, ["prometheus.from"]],
  ["Dashboards", "traces", { kind: "jaeger", from: null }, ["traces.from"]],
  ["Dashboards", "oidc.clientSecret", undefined, ["oidc.clientSecret"]],
  ["Dashboards", "oidc.urls", {}, ["oidc.urls.authorization", "oidc.urls.token", "oidc.urls.userInfo"]],
  ["Tracing", "collectors", 1e9, ["collectors"]],
  ["Tracing", "storage", { kind: "memory", traces: 1e12 }, ["storage.traces"]],
  ["Dashboards", "replicas", 1e9, ["replicas"]],
  ["Dashboards", "traces", { kind: "zipkin", url: "http://zipkin.observability.svc:9411" }, ["traces.kind"]],
  ["Dashboards", "loki", { url: "http://loki.observability.svc:3100", tenants: [] }, ["loki.tenants"]],
  ["Dashboards", "loki", { url: "http://loki.observability.svc:3100", tenants: ["a|b"] }, ["loki.tenants[0]"]],
  ["Dashboards", "oidc.cidrs", ["nope", "10.0.0.0/33"], ["oidc.cidrs[0]", "oidc.cidrs[1]"]],
  ["Tracing", "storage.prefix", "A*/", ["storage.prefix"]],
  ["Tracing", "storage.at", [{ cidr: "nope", port: 0 }], ["storage.at[0].cidr", "storage.at[0].port"]],
  ["Logging", "store.at", [{ cidr: "::/129", port: 1e9 }], ["store.at[0].cidr", "store.at[0].port"]],
  ["Logging", "store.at", [{ port: 443 }], ["store.at[0]"]],
  ["Monitoring", "alerting.heartbeat.at", [{ cidr: "10.0.0.0", port: 443 }], ["alerting.heartbeat.at[0].cidr"]],
  ["Monitoring", "alerting.critical.at", [], ["alerting.critical.at"]],
  ["Monitoring", "alerting.critical.at", [null], ["alerting.critical.at[0]"]],
];
test.each(MISSING)("a %s refuses %s: %j", (kind, path, given, fields) => {
  expect(said(kind, changed(COMPONENTS[kind].args, path, given)).fields).toEqual(fields);
});

const ADDRESSES: readonly [Kind, path: string][] = [
  ["Monitoring", "remoteWrite.url"],
  ["Monitoring", "runbooks"],
  ["Tracing", "storage.url"],
  ["Tracing", "runbooks"],
  ["Logging", "store.url"],
  ["Dashboards", "url"],
  ["Dashboards", "prometheus.url"],
  ["Dashboards", "oidc.urls.token"],
];
test.each(ADDRESSES)(
  "a %s takes no address in %s that is none, or has a key in it, and repeats no key",
  (kind, path) => {
    const given = [
      "hunter2@h",
      "user:hunter2@h",
      "h/x?apiKey=hunter2",
      "h/x#hunter2",
      "h:99999/hunter2",
      "[::/hunter2",
    ];
    for (const rest of given) {
      const { fields, message } = said(kind, changed(COMPONENTS[kind].args, path, `https://${rest}`));
      expect(fields, rest).toEqual([path]);
      expect(message).not.toContain("hunter2");
    }
  },
);

test("nobody writes to port 0", () => {
  const { args } = COMPONENTS.Monitoring;
  expect(said("Monitoring", { ...args, remoteWrite: { url: "https://h:0/x" } }).fields).toEqual(["remoteWrite.url"]);
});

const KEYS: readonly [Kind, path: string][] = [
  ["Monitoring", "remoteWrite.token"],
  ["Tracing", "storage.authority"],
  ["Logging", "store.authority"],
  ["Dashboards", "oidc.clientSecret"],
];
test.each(KEYS)("a %s takes in %s where a key is, and never the key", (kind, path) => {
  const args = changed(COMPONENTS[kind].args, "remoteWrite.url", "https://metrics.example.com");
  for (const given of ["hunter2", {}, { secret: "A B", key: "hunter2" }, { secret: "a", key: "../../hunter2" }]) {
    const { fields, message } = said(kind, changed(args, path, given));
    expect(fields).toEqual([path]);
    expect(message).not.toContain("hunter2");
  }
});

test("an opt-out of alerting has no receivers", () => {
  const args = { ...COMPONENTS.Monitoring.args, alerting: optOut("nobody is told in a test"), zones: [] };
  expect(said("Monitoring", args).fields).toEqual(["zones"]);
});
