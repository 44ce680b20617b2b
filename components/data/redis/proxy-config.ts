import { CLUSTER_DOMAIN } from "../../core/network.ts";
import { HEALTH_USER, PATHS, PORT } from "./config.ts";

/** Liveness, readiness and metrics of the proxy. */
export const ADMIN_PORT = 8404;

/**
 * haproxy.cfg: every connection goes to the server that says it is the primary, and is cut when it is no longer. TLS
 * passes through untouched, so the consumer checks the server itself.
 */
export function haproxyCfg(servers: readonly string[]): string {
  return `global
  maxconn 4096
  log stdout format raw local0 notice

defaults
  log global
  timeout connect 2s
  timeout client 1h
  timeout server 1h
  timeout check 2s

resolvers cluster
  parse-resolv-conf
  hold valid 5s

frontend redis
  mode tcp
  bind :${PORT}
  default_backend primary

backend primary
  mode tcp
  option tcp-check
  tcp-check connect default
  # Sent at once, which saves a round trip. A primary answers with three parts, a replica with five: nine bytes tell.
  tcp-check send "AUTH ${HEALTH_USER} ${HEALTH_USER}\\r\\nROLE\\r\\n"
  tcp-check expect min-recv 9 rstring ^\\+OK\\r\\n\\*3
  default-server check check-ssl verify required ca-file ${PATHS.tls}/ca.crt inter 2s fastinter 1s downinter 1s fall 2 rise 1 on-marked-down shutdown-sessions resolvers cluster init-addr none
${servers.map((server, index) => `  server server-${index} ${server}.${CLUSTER_DOMAIN}:${PORT}`).join("\n")}

frontend admin
  mode http
  bind :${ADMIN_PORT}
  timeout client 5s
  http-request return status 200 if { path /livez }
  http-request return status 503 if { path /readyz } { nbsrv(primary) lt 1 }
  http-request return status 200 if { path /readyz }
  http-request use-service prometheus-exporter if { path /metrics }
  http-request return status 404
`;
}
