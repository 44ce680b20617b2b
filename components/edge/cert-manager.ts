import type { Manifest } from "../core/custom-resource.ts";
import type { IssuerRef } from "../core/usage.ts";

/** The fields of cert-manager's resources that we set (cert-manager.io/v1). */
export type CertificateManifest = Manifest<
  "cert-manager.io/v1",
  "Certificate",
  {
    secretName: string;
    secretTemplate?: { labels: Record<string, string> };
    isCA?: boolean;
    commonName?: string;
    dnsNames?: string[];
    duration: string;
    renewBefore: string;
    usages?: string[];
    privateKey: {
      algorithm: "ECDSA";
      size: 256 | 384;
      encoding: "PKCS1" | "PKCS8";
      rotationPolicy: "Always" | "Never";
    };
    additionalOutputFormats?: { type: "CombinedPEM" }[];
    issuerRef: IssuerRef;
  }
>;

export type IssuerManifest = Manifest<
  "cert-manager.io/v1",
  "ClusterIssuer",
  | { selfSigned: Record<string, never> }
  | { ca: { secretName: string } }
  | {
      acme: {
        server: string;
        email: string;
        privateKeySecretRef: { name: string };
        solvers: {
          http01: { gatewayHTTPRoute: { parentRefs: { name: string; namespace: string; kind: "Gateway" }[] } };
        }[];
      };
    }
>;
