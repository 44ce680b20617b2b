import { type Duration, seconds } from "../core/duration.ts";
import { isOptOut, type OptOut } from "../core/opt-out.ts";

/** What an answer gets and loses on its way out, in the words of the Gateway API. */
export interface ResponseHeaders {
  set: { name: string; value: string }[];
  remove: string[];
}

/**
 * Taken from the OWASP Secure Headers Project, as far as they fit any service: a content's type is as it is said, no other site frames it,
 * and other sites learn no more than the host that a link was on.
 */
const SAFE = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "strict-origin-when-cross-origin",
};
/** They tell who attacks which program to look up. */
const TELLING = ["Server", "X-Powered-By"];

/** Of every answer of a service. Sub-domains are not spoken for: a gateway answers for one host. */
export function responseHeaders(
  hsts: Duration | OptOut = "365d",
  more: Readonly<Record<string, string>> = {},
): ResponseHeaders {
  const ours = {
    ...(!isOptOut(hsts) && { "Strict-Transport-Security": `max-age=${seconds(hsts)}` }),
    ...SAFE,
  };
  const given = new Set(Object.keys(more).map((name) => name.toLowerCase()));
  const kept = Object.entries(ours).filter(([name]) => !given.has(name.toLowerCase()));
  return {
    set: [...kept, ...Object.entries(more)].map(([name, value]) => ({ name, value })),
    remove: TELLING.filter((name) => !given.has(name.toLowerCase())),
  };
}
