import { ingressTlsRequired } from "./ingress-tls-required.ts";

export const ENCRYPTION = [ingressTlsRequired] as const;
