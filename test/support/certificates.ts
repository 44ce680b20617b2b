import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whom a certificate is for. */
export interface Subject {
  readonly commonName?: string;
  /** In openssl's words: `DNS:orders.shop.svc`, `IP:127.0.0.1`. */
  readonly names: readonly string[];
}

/** A certificate and its key, in PEM. */
export interface Signed {
  readonly certificate: string;
  readonly key: string;
}

/** Certificates of one new authority, valid for two days, in the order of their subjects; and the authority's own. */
export function signed(subjects: readonly Subject[]): {
  readonly ca: string;
  readonly certificates: readonly Signed[];
} {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-authority-"));
  const openssl = (...words: string[]) => execFileSync("openssl", words, { cwd: folder, stdio: "pipe" });
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const days = ["-days", "2"];
  try {
    openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=authority of a test", ...days);
    const certificates = subjects.map(({ commonName, names }) => {
      const subject = commonName === undefined ? "/" : `/CN=${commonName}`;
      writeFileSync(join(folder, "names"), `subjectAltName=${names.join(",")}\n`);
      openssl("req", ...key, "-keyout", "tls.key", "-out", "tls.csr", "-subj", subject);
      const by = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names", ...days];
      openssl("x509", "-req", "-in", "tls.csr", "-out", "tls.crt", ...by);
      return { certificate: read("tls.crt"), key: read("tls.key") };
    });
    return { ca: read("ca.crt"), certificates };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
