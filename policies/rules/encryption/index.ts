import { customerKeyRequired } from "./customer-key-required.ts";
import { encryptionAtRestRequired } from "./encryption-at-rest-required.ts";
import { ingressTlsRequired } from "./ingress-tls-required.ts";

export const ENCRYPTION = [ingressTlsRequired, encryptionAtRestRequired, customerKeyRequired] as const;
