import type { Manifest } from "../../core/custom-resource.ts";

/** The fields of the External Secrets Operator's resources that we set (external-secrets.io/v1). */
export type ClusterSecretStoreManifest = Manifest<
  "external-secrets.io/v1",
  "ClusterSecretStore",
  {
    conditions: { namespaces: string[] }[];
    provider: {
      aws: {
        service: "SecretsManager";
        region: string;
        auth: { jwt: { serviceAccountRef: { name: string; namespace: string } } };
      };
    };
  }
>;

export type ExternalSecretManifest = Manifest<
  "external-secrets.io/v1",
  "ExternalSecret",
  {
    refreshInterval: string;
    secretStoreRef: { kind: "ClusterSecretStore"; name: string };
    target: {
      name: string;
      creationPolicy: "Owner";
      deletionPolicy: "Retain";
      template: { metadata: { labels: Record<string, string> }; data?: Record<string, string> };
    };
    data: { secretKey: string; remoteRef: { key: string; property?: string } }[];
  }
>;
