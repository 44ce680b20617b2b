import { customerKeyRequired } from "./customer-key-required.ts";
import { encryptionAtRestRequired } from "./encryption-at-rest-required.ts";
import { encryptionInTransitRequired } from "./encryption-in-transit-required.ts";
import { ingressTlsRequired } from "./ingress-tls-required.ts";
import { tlsVersionMin } from "./tls-version-min.ts";

export const ENCRYPTION = [
  ingressTlsRequired,
  encryptionAtRestRequired,
  encryptionInTransitRequired,
  tlsVersionMin,
  customerKeyRequired,
] as const;
