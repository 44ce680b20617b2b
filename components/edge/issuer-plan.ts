import { CERT_MANAGER } from "../cluster/operators/index.ts";
import { waitFor } from "../core/custom-resource.ts";
import { goDuration, milliseconds } from "../core/duration.ts";
import type { Problem } from "../core/invalid.ts";
import { labels } from "../core/labels.ts";
import { nameProblems } from "../core/names.ts";
import type { IssuerRef } from "../core/usage.ts";
import type { CertificateManifest, IssuerManifest } from "./cert-manager.ts";
import { certificateSecret } from "./certificate-plan.ts";

/** An authority that signs with a root of its own; what it signs is trusted by those only that know its root. */
export interface PrivateAuthority {
  readonly authority: "private";
}

/** A public authority that speaks ACME, such as Let's Encrypt. It checks over HTTP that the host is ours. */
export interface AcmeAuthority {
  readonly authority: "acme";
  /** Directory of the authority, such as `https://acme-v02.api.letsencrypt.org/directory`. */
  readonly server: string;
  /** Where the authority writes before a certificate runs out. */
  readonly email: string;
  /** The gateway that the challenge is answered on. */
  readonly gateway: { readonly name: string; readonly namespace: string };
}

/** Lifetime of a private root: ten years, longer than a cluster is kept. cert-manager renews it all the same. */
const ROOT_LIFETIME = milliseconds("3650d");

export function issuerRef(name: string): IssuerRef {
  return { group: "cert-manager.io", kind: "ClusterIssuer", name };
}

/** The three links of a private authority: what signs the root, the root, and what signs with the root. */
export function privateAuthorityPlan(name: string) {
  const bootstrap = `${name}-bootstrap`;
  const root = `${name}-root`;
  return {
    bootstrap: issuerPlan(bootstrap, { selfSigned: {} }),
    root: {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: root, namespace: CERT_MANAGER.namespace, labels: labels(name), annotations: waitFor("Ready") },
      spec: {
        isCA: true,
        commonName: `Plumbline ${name}`,
        secretName: certificateSecret(root),
        duration: goDuration(ROOT_LIFETIME),
        renewBefore: goDuration(ROOT_LIFETIME / 3),
        // The key stays: what the old root signed must hold until it is renewed too.
        privateKey: { algorithm: "ECDSA", size: 384, encoding: "PKCS8", rotationPolicy: "Never" },
        issuerRef: issuerRef(bootstrap),
      },
    } satisfies CertificateManifest as CertificateManifest,
    issuer: issuerPlan(name, { ca: { secretName: certificateSecret(root) } }),
  };
}

export function acmePlan(name: string, { server, email, gateway }: AcmeAuthority): IssuerManifest {
  const gatewayHTTPRoute = { parentRefs: [{ ...gateway, kind: "Gateway" as const }] };
  const solvers = [{ http01: { gatewayHTTPRoute } }];
  return issuerPlan(name, { acme: { server, email, privateKeySecretRef: { name: `${name}-account` }, solvers } });
}

export function issuerProblems(name: string, args: PrivateAuthority | AcmeAuthority): Problem[] {
  const problems = nameProblems("name", name);
  if (args.authority !== "acme") return problems;
  if (!URL.canParse(args.server) || new URL(args.server).protocol !== "https:")
    problems.push({ field: "server", given: args.server, allowed: "the https:// address of an ACME directory" });
  if (!/^[^@\s]+@[^@\s]+$/.test(args.email))
    problems.push({ field: "email", given: args.email, allowed: "an e-mail address" });
  return problems;
}

function issuerPlan(name: string, spec: IssuerManifest["spec"]): IssuerManifest {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "ClusterIssuer",
    metadata: { name, labels: labels(name), annotations: waitFor("Ready") },
    spec,
  };
}
