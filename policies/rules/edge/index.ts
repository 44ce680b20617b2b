import { callEdgeGuarded } from "./call-edge-guarded.ts";
import { certificatePerPublicHost } from "./certificate-per-public-host.ts";
import { dnsRecordPerPublicHost } from "./dns-record-per-public-host.ts";
import { gatewayRateLimitRequired } from "./gateway-rate-limit-required.ts";
import { routeTimeoutRetryRequired } from "./route-timeout-retry-required.ts";

export const EDGE = [
  routeTimeoutRetryRequired,
  gatewayRateLimitRequired,
  certificatePerPublicHost,
  dnsRecordPerPublicHost,
  callEdgeGuarded,
] as const;
