import { Namespace } from "../../components/cluster/index.ts";
import type { Usable } from "../../components/core/usage.ts";
import { Issuer } from "../../components/edge/index.ts";
import { Worker } from "../../components/workload/index.ts";
import { signed } from "../support/certificates.ts";
import { objectsOf } from "../support/component-objects.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into objects of every kind.
type Any = any;

/** What components make, as the API server would have it, with certificates that are signed here. */
export interface Objects {
  /** The one object of a kind, and of a name where there are several. */
  of(kind: string, name?: string): Any;
  /** What a Secret or a ConfigMap of a namespace holds, by key; of the stores' namespace by default. */
  data(kind: "Secret" | "ConfigMap", name: string, namespace?: string): Readonly<Record<string, string>>;
}

/** Namespaces of the stores, and of what uses them. */
const DATA = "data";
export const SHOP = "shop";
const ZONES = ["a", "b", "c"];
const QUOTA = { cpu: "40", memory: "40Gi", pods: 100, storage: "200Gi" } as const;

/** What a program has to make stores of. */
export interface Ingredients {
  readonly store: { readonly namespace: Namespace; readonly issuer: Issuer; readonly zones: readonly string[] };
  /** A workload of another namespace that uses something. */
  consumer(name: string, uses: readonly Usable[]): void;
}

/**
 * Runs a program of components; `addresses` are what the names of its certificates stand for, `others` objects that an operator would
 * make of what is made.
 */
export async function madeBy(
  program: (ingredients: Ingredients) => void,
  addresses: readonly string[],
  others: readonly object[] = [],
): Promise<Objects> {
  const made = await objectsOf(() => {
    const issuer = new Issuer("internal", { authority: "private" });
    const shop = new Namespace(SHOP, { quota: QUOTA });
    const store = { namespace: new Namespace(DATA, { quota: QUOTA }), issuer, zones: ZONES };
    const consumer = (name: string, uses: readonly Usable[]) =>
      void new Worker(name, { namespace: shop, zones: ZONES, image: "registry.example.com/any:1.0.0", uses });
    program({ store, consumer });
  });
  const objects: Any[] = [...made, ...others];
  const certificates = objects.filter(({ kind, spec }) => kind === "Certificate" && !spec.isCA);
  const secrets = sign(certificates, addresses);
  const one = (kind: string, name?: string, namespace?: string): Any => {
    const found = objects.filter(
      ({ kind: its, metadata }) =>
        its === kind &&
        (name ?? metadata.name) === metadata.name &&
        (namespace ?? metadata.namespace) === metadata.namespace,
    );
    if (found.length !== 1) throw new Error(`there are ${found.length} objects ${kind} ${name ?? ""}`);
    return found[0];
  };
  const data: Objects["data"] = (kind, name, namespace = DATA) => {
    const certificate = kind === "Secret" ? secrets.get(`${namespace}/${name}`) : undefined;
    if (certificate) return certificate;
    const object = one(kind, name, namespace);
    if (kind === "ConfigMap") return object.data;
    const decoded = Object.entries(object.data ?? {}).map(([key, value]) => [
      key,
      Buffer.from(String(value), "base64").toString(),
    ]);
    return { ...Object.fromEntries(decoded), ...object.stringData };
  };
  return { of: (kind, name) => one(kind, name), data };
}

/** What cert-manager would put into the Secrets of Certificates, by namespace and name of the Secret: all of one authority. */
function sign(objects: readonly Any[], addresses: readonly string[]): ReadonlyMap<string, Record<string, string>> {
  const { ca, certificates } = signed(
    objects.map(({ spec: { commonName, dnsNames } }) => ({
      commonName,
      names: [...dnsNames.map((name: string) => `DNS:${name}`), ...addresses.map((ip) => `IP:${ip}`)],
    })),
  );
  return new Map(
    objects.map(({ metadata, spec }, index) => {
      const { certificate = "", key = "" } = certificates[index] ?? {};
      const files = { "tls.crt": certificate, "tls.key": key, "ca.crt": ca, "tls-combined.pem": key + certificate };
      return [`${metadata.namespace}/${spec.secretName}`, files];
    }),
  );
}
