import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import type { Namespace } from "../../cluster/namespace.ts";
import { checksum } from "../../core/checksum.ts";
import { labels } from "../../core/labels.ts";
import { type Way, wayTo } from "../../core/source.ts";
import { type Consumer, CREDENTIALS_ROOT, type CredentialFile, type Usable } from "../../core/usage.ts";
import { PASSWORD } from "../../data/credential.ts";
import type { CompleteDashboards, Oidc } from "./args.ts";
import { dashboardsIn } from "./dashboard.ts";
import { datasourcesFile, providersFile, shelfName } from "./provisioning-plan.ts";

/**
 * What Grafana uses, as relations. Those that begin with `gf-` fill its own variables, since a relation's begin with its name; a variable that ends
 * in `__FILE` is read from the file that it names.
 */
export function relationsOf(args: CompleteDashboards): Usable[] {
  const { namespace, database, shows, oidc } = args;
  const folders = [namespace, ...shows];
  const providers = providersFile(folders.map(({ name }) => name));
  return [
    state(database),
    keys(),
    ...(oidc ? [signIn(oidc)] : []),
    configured("datasources", (consumer) => asked(args, consumer)),
    configured("dashboards", () => ({ text: providers, peers: [], dependsOn: [] })),
    ...folders.map(shelf),
  ];
}

const NOTHING = { environment: {}, files: {}, peers: [], dependsOn: [], revision: "" } as const;

/** Its database, which it knows by its authority as well as by its name. */
function state(database: Usable): Usable {
  const usableName = "gf-database";
  return {
    usableName,
    grant: (consumer) => {
      const { environment, files, ...grant } = database.grant(consumer);
      const { HOST, PORT, NAME, POOL_SIZE } = environment as Record<"HOST" | "PORT" | "NAME" | "POOL_SIZE", string>;
      return {
        ...grant,
        environment: {
          HOST: pulumi.interpolate`${HOST}:${PORT}`,
          NAME,
          MAX_OPEN_CONN: POOL_SIZE,
          CA_CERT_PATH: `${CREDENTIALS_ROOT}/${usableName}/ca.crt`,
        },
        files: { USER_: files.USER as CredentialFile, PASSWORD_: files.PASSWORD as CredentialFile },
      };
    },
  };
}

/** The first administrator's password, and the key by which secrets in the database are encrypted. Neither has a default here. */
function keys(): Usable {
  return {
    usableName: "gf-security",
    grant: ({ name, namespace, opts }) => {
      const secret = `${name}-keys`;
      const made = (what: string) => new RandomPassword(`${name}-${what}`, PASSWORD, opts).result;
      const stringData = { "admin-password": made("admin-password"), "secret-key": made("secret-key") };
      const metadata = { name: secret, namespace, labels: labels(name) };
      const kept = new Secret(secret, { metadata, stringData }, opts);
      return {
        ...NOTHING,
        files: {
          ADMIN_PASSWORD_: { secret, key: "admin-password" },
          SECRET_KEY_: { secret, key: "secret-key" },
        },
        dependsOn: [kept],
      };
    },
  };
}

function signIn({ clientSecret, cidrs }: Oidc): Usable {
  const peers = cidrs.map((cidr) => ({ cidr, port: 443 }));
  return {
    usableName: "gf-auth-generic-oauth",
    grant: () => ({ ...NOTHING, files: { CLIENT_SECRET_: clientSecret }, peers }),
  };
}

/** The ways to what it asks, in a file for it. */
function asked({ prometheus, loki, traces, profiles }: CompleteDashboards, consumer: Consumer): Configuration {
  const ways = {
    prometheus: wayTo(prometheus, consumer),
    ...(loki && { loki: { ...wayTo(loki, consumer), ...(loki.tenants && { tenants: loki.tenants }) } }),
    ...(traces && { traces: { ...wayTo(traces, consumer), kind: traces.kind } }),
    ...(profiles && {
      profiles: { ...wayTo(profiles, consumer), ...(profiles.tenants && { tenants: profiles.tenants }) },
    }),
  };
  return {
    text: datasourcesFile(ways),
    peers: Object.values(ways).flatMap(({ peers }) => peers),
    dependsOn: Object.values(ways).flatMap(({ dependsOn }) => dependsOn),
  };
}

type Configuration = Pick<Way, "peers" | "dependsOn"> & { readonly text: string };

/** A file that it reads when it starts: another one starts it anew. Its name is the folder in which Grafana looks for it. */
function configured(usableName: "datasources" | "dashboards", of: (consumer: Consumer) => Configuration): Usable {
  const key = `${usableName}.yaml`;
  return {
    usableName,
    grant: (consumer) => {
      const configMap = `${consumer.name}-${usableName}`;
      const { text, peers, dependsOn } = of(consumer);
      const made = files(configMap, consumer, { [key]: text });
      const after = { dependsOn: [made, ...dependsOn], revision: checksum(text) };
      return { ...NOTHING, config: { configMap, key }, peers, ...after };
    },
  };
}

/** The dashboards of a namespace, which are looked for again and again: another one starts nothing anew. */
function shelf(namespace: Namespace): Usable {
  const usableName = shelfName(namespace.name);
  return {
    usableName,
    grant: (consumer) => {
      const configMap = `${consumer.name}-${usableName}`;
      const made = files(configMap, consumer, dashboardsIn(namespace));
      return { ...NOTHING, config: { configMap }, dependsOn: [made] };
    },
  };
}

function files(name: string, consumer: Consumer, data: pulumi.Input<Record<string, string>>): ConfigMap {
  const metadata = { name, namespace: consumer.namespace, labels: labels(consumer.name) };
  return new ConfigMap(name, { metadata, data }, consumer.opts);
}
