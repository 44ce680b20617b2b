export { Authentication, type AuthenticationArgs } from "./authentication.ts";
export { Certificate, type CertificateArgs } from "./certificate.ts";
export { Gateway } from "./gateway.ts";
export type { GatewayArgs } from "./gateway-args.ts";
export type { ImplementationName } from "./gateway-plan.ts";
export { Issuer, type IssuerArgs } from "./issuer.ts";
export type { RateLimit } from "./rate-limit.ts";
export { RateLimits, type RateLimitsArgs } from "./rate-limits.ts";
export { Route, type RouteArgs, type RouteTarget } from "./route.ts";
