import { waitFor } from "../../core/custom-resource.ts";
import { MANAGED } from "../../core/labels.ts";
import { ENVOY_GATEWAY } from "./envoy-gateway.ts";

const NAME = "envoy-gateway";
const SIGNS = `${NAME}-ca`;
/** Ten years and five, in hours. The controller reads its certificate when it starts: it is renewed 20 months before it runs out. */
const LIFETIME = { authority: "87600h0m0s", server: "43800h0m0s" };
const RENEWED = { authority: "29200h0m0s", server: "14600h0m0s" };

/** What signs the cookies of log-ins. The same hook makes it; without it Envoy Gateway refuses every policy with a log-in. */
export const LOGIN_KEY = { name: "envoy-oidc-hmac", key: "hmac-secret", length: 43 } as const;

/**
 * The certificates of the controller and of its proxies, and the authority that signs them, in their order. The chart makes them by a hook of
 * Helm, which Pulumi does not run: without the first Secret no controller starts, without the second no proxy trusts it, without the third
 * nothing counts for all proxies.
 */
export function controlPlaneCertificates() {
  const host = `${NAME}.${ENVOY_GATEWAY.namespace}`;
  return [
    issuer(`${NAME}-bootstrap`, { selfSigned: {} }),
    certificate(SIGNS, {
      isCA: true,
      commonName: "envoy-gateway",
      secretName: SIGNS,
      duration: LIFETIME.authority,
      renewBefore: RENEWED.authority,
      // The key stays: proxies that know the old authority have to know what the new one signs.
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Never" },
      issuerRef: { kind: "Issuer", name: `${NAME}-bootstrap` },
    }),
    issuer(SIGNS, { ca: { secretName: SIGNS } }),
    signed(NAME, [NAME, host, `${host}.svc`, `${host}.svc.cluster.local`]),
    // Of it the controller takes the authority that it has proxies trust.
    signed("envoy", [`*.${ENVOY_GATEWAY.namespace}`]),
    // Of what counts for all proxies, where a cluster has it: it answers them by it, and shows it to the controller.
    signed("envoy-rate-limit", [`*.${ENVOY_GATEWAY.namespace}`]),
  ];
}

function signed(name: string, dnsNames: string[]) {
  return certificate(name, {
    secretName: name,
    dnsNames,
    duration: LIFETIME.server,
    renewBefore: RENEWED.server,
    usages: ["digital signature", "server auth", "client auth"],
    privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
    issuerRef: { kind: "Issuer", name: SIGNS },
  });
}

function issuer(name: string, spec: object) {
  return manifest("Issuer", name, spec);
}

function certificate(name: string, spec: object) {
  return manifest("Certificate", name, spec);
}

function manifest(kind: "Issuer" | "Certificate", name: string, spec: object) {
  const metadata = { name, namespace: ENVOY_GATEWAY.namespace, labels: MANAGED, annotations: waitFor("Ready") };
  return { apiVersion: "cert-manager.io/v1", kind, metadata, spec };
}
