import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Namespace } from "../../components/cluster/index.ts";
import type { Usable } from "../../components/core/usage.ts";
import { Issuer } from "../../components/edge/index.ts";
import { Worker } from "../../components/workload/index.ts";
import { objectsOf } from "../support/component-objects.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into objects of every kind.
type Any = any;

/** What components make, as the API server would have it, with certificates that are signed here. */
export interface Objects {
  /** The one object of a kind, and of a name where there are several. */
  of(kind: string, name?: string): Any;
  /** What a Secret or a ConfigMap holds, by key. */
  data(kind: "Secret" | "ConfigMap", name: string): Readonly<Record<string, string>>;
}

/** What stores are made with, in the namespace `data`. */
const ZONES = ["a", "b", "c"];
const QUOTA = { cpu: "40", memory: "40Gi", pods: 100, storage: "200Gi" } as const;

/** What a program has to make stores of. */
export interface Ingredients {
  readonly store: { readonly namespace: Namespace; readonly issuer: Issuer; readonly zones: readonly string[] };
  /** A workload of another namespace that uses something. */
  consumer(name: string, uses: readonly Usable[]): void;
}

/** Runs a program of components; `addresses` are what the names of its certificates stand for. */
export async function madeBy(
  program: (ingredients: Ingredients) => void,
  addresses: readonly string[],
): Promise<Objects> {
  const objects = (await objectsOf(() => {
    const issuer = new Issuer("internal", { authority: "private" });
    const shop = new Namespace("shop", { quota: QUOTA });
    const store = { namespace: new Namespace("data", { quota: QUOTA }), issuer, zones: ZONES };
    const consumer = (name: string, uses: readonly Usable[]) =>
      void new Worker(name, { namespace: shop, zones: ZONES, image: "registry.example.com/any:1.0.0", uses });
    program({ store, consumer });
  })) as Any[];
  const certificates = objects.filter(({ kind, spec }) => kind === "Certificate" && !spec.isCA);
  const signed = sign(certificates, addresses);
  const of: Objects["of"] = (kind, name) => {
    const found = objects.filter(
      (object) => object.kind === kind && (name ?? object.metadata.name) === object.metadata.name,
    );
    if (found.length !== 1) throw new Error(`there are ${found.length} objects ${kind} ${name ?? ""}`);
    return found[0];
  };
  const data: Objects["data"] = (kind, name) => {
    const certificate = signed.get(name);
    if (kind === "Secret" && certificate) return certificate;
    const object = of(kind, name);
    if (kind === "ConfigMap") return object.data;
    const decoded = Object.entries(object.data ?? {}).map(([key, value]) => [
      key,
      Buffer.from(String(value), "base64").toString(),
    ]);
    return { ...Object.fromEntries(decoded), ...object.stringData };
  };
  return { of, data };
}

/** What cert-manager would put into the Secrets of Certificates, by the Secret's name: all of one authority. */
function sign(certificates: readonly Any[], addresses: readonly string[]): ReadonlyMap<string, Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-authority-"));
  const openssl = (...words: string[]) => execFileSync("openssl", words, { cwd: folder, stdio: "pipe" });
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  try {
    openssl(
      "req",
      "-x509",
      ...key,
      "-keyout",
      "ca.key",
      "-out",
      "ca.crt",
      "-subj",
      "/CN=authority of a test",
      "-days",
      "2",
    );
    return new Map(
      certificates.map(({ spec: { secretName, commonName = "", dnsNames } }) => {
        const names = [...dnsNames.map((name: string) => `DNS:${name}`), ...addresses.map((ip) => `IP:${ip}`)];
        writeFileSync(join(folder, "names"), `subjectAltName=${names.join(",")}\n`);
        const subject = commonName === "" ? "/" : `/CN=${commonName}`;
        openssl("req", ...key, "-keyout", "tls.key", "-out", "tls.csr", "-subj", subject);
        const by = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names", "-days", "2"];
        openssl("x509", "-req", "-in", "tls.csr", "-out", "tls.crt", ...by);
        const [certificate, secret] = [read("tls.crt"), read("tls.key")];
        return [
          secretName,
          {
            "tls.crt": certificate,
            "tls.key": secret,
            "ca.crt": read("ca.crt"),
            "tls-combined.pem": secret + certificate,
          },
        ];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
