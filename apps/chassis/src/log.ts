import { type Logger, pino, stdTimeFunctions } from "pino";
import { traceFields } from "./tracing.ts";

/** What a line tells of an error, and no more: PostgreSQL's repeat the values of a row in fields of their own. */
export function errorFields(error: Error & { readonly code?: unknown }) {
  const { name: type, code, message, stack } = error;
  return { type, ...(code !== undefined && { code }), message, stack };
}

/** One JSON object a line on stdout, with level names, RFC 3339 times and the ids of its trace: what log collectors read without rules. */
export function logger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service },
    mixin: traceFields,
    serializers: { err: errorFields },
    messageKey: "message",
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
