import { type Logger, pino, stdTimeFunctions } from "pino";

/** One JSON object a line on stdout, with level names and RFC 3339 times: what log collectors read without rules. */
export function logger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service },
    messageKey: "message",
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
