import { type Logger, pino, stdTimeFunctions } from "pino";
import { traceFields } from "./tracing.ts";

/** One JSON object a line on stdout, with level names, RFC 3339 times and the ids of its trace: what log collectors read without rules. */
export function logger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service },
    mixin: traceFields,
    messageKey: "message",
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
