import { createHash } from "node:crypto";
import type { CompleteConsul } from "./args.ts";
import { names, servers } from "./config.ts";

/** The node that synced services are registered at; it is none. */
export const SYNC_NODE = "k8s-sync";
/** What whoever has no token is, in every Consul. */
const ANONYMOUS = "00000000-0000-0000-0000-000000000002";

/** Whose tokens the set-up makes, beside what whoever has none may do. */
const HOLDERS = ["servers", "agents", "metrics", "sync"] as const;
export type Holder = (typeof HOLDERS)[number];

/** A token: what it is known by, which is not secret, and what it is shown as, which is. */
export interface Token {
  readonly accessor: string;
  readonly secret: string;
}

/** Who has a token, of these arguments. */
export function holders({ catalogSync, agents }: Pick<CompleteConsul, "catalogSync" | "agents">): Holder[] {
  return HOLDERS.filter(
    (holder) => (holder !== "sync" || catalogSync !== undefined) && (holder !== "agents" || agents.length > 0),
  );
}

/**
 * Rules of each policy, by its name without the Consul's. `dns` is what whoever has no token may: see what DNS tells everybody. An agent
 * registers itself and what runs beside it, under any name but those of the servers and of what is synced.
 */
function rules(name: string, args: CompleteConsul): Record<string, object> {
  const nodes = servers(name, args).map((_, index) => `${names(name).server}-${index}`);
  const prefix = args.catalogSync?.prefix;
  const each = (of: readonly string[], policy: string) => Object.fromEntries(of.map((one) => [one, { policy }]));
  const all: Record<Holder | "dns", object> = {
    dns: { node_prefix: { "": { policy: "read" } }, service_prefix: { "": { policy: "read" } } },
    servers: { node: each(nodes, "write") },
    agents: {
      node_prefix: { "": { policy: "write" } },
      node: each([...nodes, SYNC_NODE], "read"),
      service_prefix: { "": { policy: "write" }, ...(prefix && { [prefix]: { policy: "read" } }) },
      service: { consul: { policy: "read" } },
    },
    metrics: { agent: each(nodes, "read") },
    sync: {
      node: { [SYNC_NODE]: { policy: "write" } },
      node_prefix: { "": { policy: "read" } },
      service_prefix: { "": { policy: "read" }, ...(prefix && { [prefix]: { policy: "write" } }) },
    },
  };
  return Object.fromEntries((["dns", ...holders(args)] as const).map((of) => [of, all[of]]));
}

/** Files of the set-up's ConfigMap: one policy each, as the API takes it, and what tokens are known by that nobody has any more. */
export function policyFiles(name: string, args: CompleteConsul): Record<string, string> {
  const policies = Object.entries(rules(name, args)).map(([of, what]) => [
    `policy-${of}.json`,
    JSON.stringify({ Name: policyName(name, of), Description: "made by Plumbline", Rules: JSON.stringify(what) }),
  ]);
  const held = holders(args);
  const gone = HOLDERS.filter((holder) => !held.includes(holder)).map((holder) => accessorOf(name, args, holder));
  return { ...Object.fromEntries(policies), gone: gone.map((accessor) => `${accessor}\n`).join("") };
}

/** What a holder's token is known by: always the same. */
export function accessorOf(name: string, { namespace }: Pick<CompleteConsul, "namespace">, holder: Holder): string {
  return uuidOf(`${namespace.name}/${name}/${holder}`);
}

/**
 * The data of the set-up's Secret: a file for each token, as the API takes it, and the header that the set-up shows. A file's name tells
 * what the token is known by. As `stringData` it would keep every token that ever was: a key that is no longer there is not taken away from
 * the data.
 */
export function tokensData(
  name: string,
  management: string,
  tokens: Readonly<Partial<Record<Holder, Token>>>,
): Record<string, string> {
  const body = (of: string, more: object) =>
    JSON.stringify({ ...more, Description: `${name}: ${of}`, Policies: [{ Name: policyName(name, of) }] });
  const files = {
    header: `X-Consul-Token: ${management}\n`,
    [`anonymous-${ANONYMOUS}.json`]: body("dns", { AccessorID: ANONYMOUS }),
    ...Object.fromEntries(
      Object.entries(tokens).map(([of, { accessor, secret }]) => [
        `token-${accessor}.json`,
        body(of, { AccessorID: accessor, SecretID: secret }),
      ]),
    ),
  };
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [file, Buffer.from(text).toString("base64")]));
}

function policyName(name: string, of: string): string {
  return `${name}-${of}`;
}

/** A token's secret, or what it is known by, in the form that Consul asks for: of a text of which there is one. */
export function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

/** Key of gossip: 32 bytes. */
export function gossipKey(password: string): string {
  return createHash("sha256").update(password).digest("base64");
}
