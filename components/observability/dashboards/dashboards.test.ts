import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { Namespace } from "../../cluster/index.ts";
import { optOut } from "../../core/index.ts";
import type { Queryable } from "../../core/source.ts";
import { Postgres } from "../../data/index.ts";
import { Gateway, Issuer, Route } from "../../edge/index.ts";
import { type Recording, record } from "../../testing/record.ts";
import { Worker } from "../../workload/index.ts";
import { Dashboards, type DashboardsArgs } from "../index.ts";
import { complete, dashboardsProblems } from "./args.ts";

const ZONES = ["a", "b", "c"];
const QUOTA = { cpu: "4", memory: "8Gi", pods: 20 } as const;
const OIDC = {
  clientId: "grafana",
  clientSecret: { secret: "sign-in", key: "client-secret" },
  urls: {
    authorization: "https://id.example.com/authorize",
    token: "https://id.example.com/token",
    userInfo: "https://id.example.com/userinfo",
  },
  cidrs: ["203.0.113.0/24"],
};

const PROMETHEUS = "http://prometheus.somebody.svc:9090";
const BASE = { prometheus: { url: PROMETHEUS }, url: "https://shop.example.com/grafana" };

const letIn: string[] = [];
/** What is told who asks it. */
const told = (usableName: string, url: string, port: number): Queryable => ({
  usableName,
  grant: ({ name }) => {
    letIn.push(`${name} to ${usableName}`);
    const at = { namespace: "observability", podLabels: { app: usableName }, port };
    return { environment: { URL: url }, files: {}, peers: [at], dependsOn: [], revision: "" };
  },
});
const LOKI_URL = "http://loki.observability.svc:3100";
const JAEGER_URL = "http://jaeger.observability.svc:16686";
const LOKI = { from: told("logs", LOKI_URL, 3100), tenants: ["shop", "platform"] };
const JAEGER = { kind: "jaeger", from: told("traces", JAEGER_URL, 16_686) } as const;

type Given = Partial<Omit<DashboardsArgs, "namespace" | "database" | "shows">>;

/** A Grafana with its database, a gateway that leads to it, and workers whose dashboards it shows. */
function recorded(given: Given = {}, workers: readonly string[] = ["mailer"]): Promise<Recording<unknown>> {
  return record("test", () => {
    const namespace = new Namespace("watching", { quota: QUOTA });
    const shop = new Namespace("shop", { quota: QUOTA });
    const edge = new Namespace("edge", { quota: QUOTA });
    const issuer = new Issuer("internal", { authority: "private" });
    const host = "shop.example.com";
    const gateway = new Gateway("gateway", { namespace: edge, host, issuer, implementation: "envoy", zones: ZONES });
    const backup = optOut("nobody minds if it is lost in a test");
    const postgres = new Postgres("db", { namespace, zones: ZONES, issuer, backup, databases: ["grafana"] });
    const dashboards = new Dashboards("grafana", {
      namespace,
      zones: ZONES,
      database: postgres.database("grafana").owner,
      shows: [shop],
      ...BASE,
      ...given,
    });
    new Route("grafana", { gateway, to: dashboards });
    // Declared last: what is shown is known when the program has run to its end.
    for (const name of workers)
      new Worker(name, { namespace: shop, image: "registry.example.com/mailer:1.0.0", zones: ZONES });
  });
}

const GIVEN: Given = { loki: LOKI, traces: JAEGER, oidc: OIDC };

describe("a Grafana", () => {
  let made: Recording<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: see Recorded.inputs.
  let pod: any;
  let variables: Record<string, string>;
  beforeAll(async () => {
    made = await recorded(GIVEN);
    pod = made.inputsOf(":Deployment", "grafana").spec.template.spec;
    const env: { name: string; value?: string }[] = pod.containers[0].env;
    variables = Object.fromEntries(env.map(({ name, value = "" }) => [name, value]));
  });

  test("lets nobody in unknown, and knows no password but from files", () => {
    expect(variables).toMatchObject({
      GF_AUTH_ANONYMOUS_ENABLED: "false",
      GF_USERS_ALLOW_SIGN_UP: "false",
      GF_SECURITY_COOKIE_SECURE: "true",
      GF_SECURITY_ADMIN_PASSWORD__FILE: "/var/run/secrets/plumbline/gf-security/admin-password",
      GF_SECURITY_SECRET_KEY__FILE: "/var/run/secrets/plumbline/gf-security/secret-key",
      GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET__FILE: "/var/run/secrets/plumbline/gf-auth-generic-oauth/client-secret",
      GF_DATABASE_PASSWORD__FILE: "/var/run/secrets/plumbline/gf-database/password",
    });
    const secrets = Object.keys(variables).filter((name) => /PASSWORD|SECRET/.test(name));
    expect(secrets.every((name) => name.endsWith("__FILE"))).toBe(true);
  });

  test("keeps what lasts in a database that it knows by its certificate", () => {
    expect(variables).toMatchObject({
      GF_DATABASE_TYPE: "postgres",
      GF_DATABASE_HOST: "db-rw.watching.svc:5432",
      GF_DATABASE_NAME: "grafana",
      GF_DATABASE_SSL_MODE: "verify-full",
      GF_DATABASE_CA_CERT_PATH: "/var/run/secrets/plumbline/gf-database/ca.crt",
    });
  });

  test("is reached under the path of its address", () => {
    expect(variables).toMatchObject({
      GF_SERVER_ROOT_URL: "https://shop.example.com/grafana/",
      GF_SERVER_SERVE_FROM_SUB_PATH: "true",
    });
  });

  test("is asked by the gateway and by what reads metrics alone, and asks what it shows", () => {
    const { ingress, egress } = made.inputsOf(":NetworkPolicy", "grafana").spec;
    const from = ingress.flatMap((rule: { from: object[] }) => rule.from);
    expect(JSON.stringify(from)).toContain('"kubernetes.io/metadata.name":"edge"');
    expect(from).toHaveLength(2);
    const ports = egress.map((rule: { ports: { port: number }[] }) => rule.ports[0]?.port).sort();
    expect(ports).toEqual([16_686, 3100, 443, 5432, 9090]);
  });

  test("is let in by its own sources, at their pods alone, and of somebody else's knows the namespace", () => {
    expect(letIn).toEqual(expect.arrayContaining(["grafana to logs", "grafana to traces"]));
    const { egress } = made.inputsOf(":NetworkPolicy", "grafana").spec;
    // biome-ignore lint/suspicious/noExplicitAny: what a policy holds is what is looked into.
    const podsOf = (port: number) => egress.find(({ ports }: any) => ports[0].port === port).to[0].podSelector;
    expect(podsOf(3100)).toEqual({ matchLabels: { app: "logs" } });
    expect(podsOf(16_686)).toEqual({ matchLabels: { app: "traces" } });
    expect(podsOf(9090)).toEqual({ matchLabels: {} });
  });

  test("shows every dashboard of the namespaces that it is told of, however late it is declared", () => {
    const { data } = made.inputsOf(":ConfigMap", "grafana-shows-shop");
    expect(data).toEqual(made.inputsOf(":ConfigMap", "mailer-dashboard").data);
    const own = made.inputsOf(":ConfigMap", "grafana-shows-watching").data;
    expect(Object.keys(own).sort()).toEqual(["db.json", "grafana.json", "platform.json"]);
    const { data: providers } = made.inputsOf(":ConfigMap", "grafana-dashboards");
    const mounts = pod.containers[0].volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath);
    for (const namespace of ["shop", "watching"]) {
      expect(providers["dashboards.yaml"]).toContain(`path: /var/run/config/plumbline/shows-${namespace}`);
      expect(mounts).toContain(`/var/run/config/plumbline/shows-${namespace}`);
    }
  });

  test("leads from a line of a log to its trace, and back", () => {
    const { data } = made.inputsOf(":ConfigMap", "grafana-datasources");
    expect(parse(data["datasources.yaml"]).datasources).toMatchObject([
      { type: "prometheus", url: PROMETHEUS, isDefault: true },
      {
        type: "loki",
        url: LOKI_URL,
        jsonData: { derivedFields: [{ matcherRegex: "trace_id", datasourceUid: "traces" }] },
        secureJsonData: { httpHeaderValue1: "shop|platform" },
      },
      { type: "jaeger", url: JAEGER_URL, jsonData: { tracesToLogsV2: { datasourceUid: "loki" } } },
    ]);
  });

  test("starts anew for another data source, and for no dashboard", async () => {
    const checksum = ({ inputsOf }: Recording<unknown>) =>
      inputsOf(":Deployment", "grafana").spec.template.metadata.annotations["plumbline.dev/config-checksum"];
    const { traces: _, ...fewer } = GIVEN;
    expect(checksum(await recorded(fewer))).not.toBe(checksum(made));
    const shown = ({ inputsOf }: Recording<unknown>) => Object.keys(inputsOf(":ConfigMap", "grafana-shows-shop").data);
    const more = await recorded(GIVEN, ["mailer", "printer"]);
    expect(shown(more)).toEqual([...shown(made), "printer.json"]);
    expect(checksum(more)).toBe(checksum(made));
  });
});

test.each<[what: string, given: Given, field: string]>([
  ["a Prometheus outside", { prometheus: { url: "https://metrics.example.com" } }, "prometheus.url"],
  ["logs from outside", { loki: { url: "https://logs.example.com" } }, "loki.url"],
  ["an address without TLS", { url: "http://shop.example.com/grafana" }, "url"],
  ["an address that ends in a slash", { url: "https://shop.example.com/" }, "url"],
  ["a sign-in without an address to come back to", { url: undefined, oidc: OIDC } as never, "url"],
  ["a provider over HTTP", { oidc: { ...OIDC, urls: { ...OIDC.urls, token: "http://id" } } }, "oidc.urls.token"],
  ["a provider that cannot be reached", { oidc: { ...OIDC, cidrs: [] } }, "oidc.cidrs"],
])("%s is refused", (_, given, field) => {
  expect(problemsOf([{ name: "shop" }], given)).toEqual([field]);
});

test("a namespace is shown once", () => {
  const [own, shop] = [{ name: "watching" }, { name: "shop" }];
  expect(problemsOf([shop])).toEqual([]);
  expect(problemsOf([shop, own, shop])).toEqual(["shows[1]", "shows[2]"]);
});

/** Fields that are wrong, where what shows is known by its names alone. */
function problemsOf(shows: readonly { readonly name: string }[], given: Given = {}): string[] {
  const args = { namespace: { name: "watching" }, shows, ...BASE, ...given } as unknown as DashboardsArgs;
  return dashboardsProblems(complete(args)).map(({ field }) => field);
}
