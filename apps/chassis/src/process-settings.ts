import type { Settings } from "./settings.ts";

/** What every service reads from its environment, whatever it does. */
export interface ProcessSettings {
  readonly host: string;
  readonly port: number;
  readonly adminPort: number;
  readonly logLevel: string;
  readonly drainSeconds: number;
  readonly shutdownSeconds: number;
  /** Empty: spans are not sent. */
  readonly collector: string;
  /** An empty address: no profile is made. An empty name: that of the service. */
  readonly profiles: { readonly address: string; readonly tenant: string; readonly name: string };
}

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"];

/**
 * | variable | default | what it is |
 * | --- | --- | --- |
 * | `HOST` | `0.0.0.0` | address that both servers listen on |
 * | `PORT` | `8080` | the API |
 * | `ADMIN_PORT` | `9090` | probes and metrics |
 * | `LOG_LEVEL` | `info` | `trace`, `debug`, `info`, `warn`, `error` or `fatal` |
 * | `DRAIN_SECONDS` | `5` | how long requests are still taken after SIGTERM, each answer ending its connection |
 * | `SHUTDOWN_SECONDS` | `25` | after this the process ends in any case; less than the pod's grace period (30 by default) |
 * | `OTEL_EXPORTER_OTLP_ENDPOINT` | none | collector that spans are sent to by HTTP; without one none are made |
 * | `PYROSCOPE_SERVER_ADDRESS` | none | Pyroscope that profiles are sent to; without one none are made |
 * | `PYROSCOPE_APPLICATION_NAME` | the service's | under which name |
 * | `PYROSCOPE_TENANT_ID` | none | and whose they are |
 */
export function readProcessSettings(settings: Settings): ProcessSettings {
  return {
    host: settings.text("HOST", "0.0.0.0"),
    port: settings.port("PORT", 8080),
    adminPort: settings.port("ADMIN_PORT", 9090),
    logLevel: settings.oneOf("LOG_LEVEL", LOG_LEVELS, "info"),
    drainSeconds: settings.integer("DRAIN_SECONDS", { min: 0, max: 600, fallback: 5 }),
    shutdownSeconds: settings.integer("SHUTDOWN_SECONDS", { min: 1, max: 3_600, fallback: 25 }),
    collector: settings.text("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
    profiles: {
      address: settings.url("PYROSCOPE_SERVER_ADDRESS"),
      tenant: settings.text("PYROSCOPE_TENANT_ID", ""),
      name: settings.text("PYROSCOPE_APPLICATION_NAME", ""),
    },
  };
}
