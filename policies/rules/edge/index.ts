import { gatewayRateLimitRequired } from "./gateway-rate-limit-required.ts";
import { routeTimeoutRetryRequired } from "./route-timeout-retry-required.ts";

export const EDGE = [routeTimeoutRetryRequired, gatewayRateLimitRequired] as const;
