import { type Duration, milliseconds } from "../core/duration.ts";
import type { VclArgs } from "./response-cache-vcl.ts";

/** While the service was not there so long ago, what is stale is served at once, and it is asked again in the background. */
export const DOWN_SECONDS = 5;
/** For so long it is remembered of an address that its answers are not kept, so that requests for it do not wait for each other. */
const UNCACHED_SECONDS = 120;
/** The same after an error. */
const FAILED_SECONDS = 1;

/** What separates keys in the list that one header holds: a path has them in another spelling. */
const SEPARATOR = ",";

/**
 * Headers that services make answers out of, and that are no part of what an answer is kept by: who sends one would decide what others
 * get. They are taken away from requests whose answer may be kept.
 */
const UNKEYED = [
  "CF-Connecting-IP",
  "Client-IP",
  "Fastly-Client-IP",
  "Forwarded",
  "Front-End-Https",
  "True-Client-IP",
  "X-Client-IP",
  "X-Cluster-Client-IP",
  "X-Envoy-External-Address",
  "X-Envoy-Original-Path",
  "X-Host",
  "X-HTTP-Method",
  "X-HTTP-Method-Override",
  "X-Method-Override",
  "X-Real-IP",
  "X-Scheme",
  "X-Script-Name",
  "X-URL-Scheme",
];
/** Of these all that begin so, but for how the gateway was spoken to, which it says itself. No rule sees names that it does not know. */
const UNKEYED_BEGIN = "^(?i)x-(?:forwarded-(?!proto:)|original-|rewrite-)[^:]*:.*$";

/** What Varnish does when it asks the service: what it says, and what becomes of the answer. */
export function fetching({
  ttl,
  longest,
  staleWhileRevalidate,
  staleIfError,
  longestAnswer,
}: Pick<VclArgs, "ttl" | "longest" | "staleWhileRevalidate" | "staleIfError" | "longestAnswer">): string {
  return `sub vcl_backend_fetch {
  var.set_string("stale", bereq.http.Plumbline-Stale);
  var.set_real("began", std.real(time=now));
  unset bereq.http.Plumbline-Stale;
  unset bereq.http.X-Varnish;
  unset bereq.http.Via;
  if (!bereq.uncacheable) {
    unset bereq.body;
${UNKEYED.map((name) => `    unset bereq.http.${name};`).join("\n")}
    header.regsub(bereq, "${UNKEYED_BEGIN}", "Plumbline-Unkeyed: ");
    unset bereq.http.Plumbline-Unkeyed;
  }
  return (fetch);
}

sub uncached {
  set beresp.uncacheable = true;
  set beresp.ttl = ${UNCACHED_SECONDS}s;
  set beresp.grace = 0s;
  set beresp.keep = 0s;
}

sub failed {
  call uncached;
  set beresp.ttl = ${FAILED_SECONDS}s;
}

sub vcl_backend_response {
  unset beresp.http.Plumbline-While;
  set beresp.do_esi = false;
  if (!beresp.was_304 || beresp.http.Surrogate-Key) {
    std.collect(beresp.http.Surrogate-Key, " ");
    set beresp.http.xkey = beresp.http.Surrogate-Key + " " + ${pathKey("bereq.url")};
    unset beresp.http.Surrogate-Key;
  }
  if (bereq.uncacheable) { return (deliver); }
  if (beresp.status >= 500) {
    # The stale one is served. Even an answer that is kept for no time would be found before it.
    if (bereq.is_bgfetch || var.get_string("stale") == "kept") { return (abandon); }
    call failed;
    return (deliver);
  }

  if (beresp.http.Set-Cookie
      || beresp.http.WWW-Authenticate
      || beresp.http.Vary ~ "\\*"
      || beresp.http.Cache-Control ~ "(?i)(^|[,\\s])(private|no-store|no-cache)"
      || (!beresp.http.Cache-Control && beresp.http.Pragma ~ "(?i)no-cache")
      || std.integer(beresp.http.Content-Length, 0) > ${longestAnswer}) {
    call uncached;
    return (deliver);
  }
  if (beresp.http.Cache-Control !~ "(?i)(s-maxage|max-age)\\s*=" && !beresp.http.Expires
      && (beresp.status == 200 || beresp.status == 203 || beresp.status == 204
          || beresp.status == 301 || beresp.status == 308)) {
    set beresp.ttl = ${span(ttl)};
  }
  if (beresp.ttl <= 0s) {
    call uncached;
    return (deliver);
  }
  if (beresp.ttl > ${span(longest)}) { set beresp.ttl = ${span(longest)}; }
  # Something was purged since the service was asked: this may be of before, and is served once.
  if (std.real(var.global_get("purged"), 0.0) + 0.001 >= var.get_real("began")) {
    set beresp.ttl = 0s;
    set beresp.grace = 0s;
    set beresp.keep = 0s;
    return (deliver);
  }

  # For how long it may be stale: while another is fetched, and when none can be had.
  var.set_duration("while", ${span(staleWhileRevalidate)});
  var.set_duration("error", ${span(staleIfError)});
${said("while", "stale-while-revalidate")}
${said("error", "stale-if-error")}
  if (beresp.http.Cache-Control ~ "(?i)(must|proxy)-revalidate") {
    var.set_duration("while", 0s);
    var.set_duration("error", 0s);
  }
  if (var.get_duration("while") > ${span(longest)}) { var.set_duration("while", ${span(longest)}); }
  if (var.get_duration("error") > ${span(longest)}) { var.set_duration("error", ${span(longest)}); }
  set beresp.http.Plumbline-While = var.get_duration("while") + "s";
  set beresp.grace = var.get_duration("while");
  if (var.get_duration("error") > var.get_duration("while")) { set beresp.grace = var.get_duration("error"); }
  set beresp.keep = 0s;
  return (deliver);
}

sub vcl_backend_error {
  if (!bereq.uncacheable) {
    var.global_set("failed", std.real(time=now));
    if (bereq.is_bgfetch || var.get_string("stale") == "kept") { return (abandon); }
    call failed;
  }
  set beresp.http.Retry-After = "${DOWN_SECONDS}";
  return (deliver);
}
`;
}

/** What an answer says of its stale time holds before what the cache was given. */
function said(variable: string, directive: string): string {
  const pattern = `(?i)^.*${directive}\\s*=\\s*([0-9]{1,9}).*$`;
  return `  if (beresp.http.Cache-Control ~ "${pattern}") {
    var.set_duration("${variable}", std.duration(regsub(beresp.http.Cache-Control, "${pattern}", "\\1") + "s", 0s));
  }`;
}

/** The key of a path, without its query: one of the keys that everything of that path is kept under. */
const pathKey = (url: string) => `regsuball(regsub(${url}, "\\?.*$", ""), "${SEPARATOR}", "%2C")`;

/** A time in VCL. */
export function span(duration: Duration): string {
  return `${milliseconds(duration)}ms`;
}
