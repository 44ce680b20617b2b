import type { Duration } from "../core/duration.ts";
import { DOWN_SECONDS, fetching, span } from "./response-cache-fetch.ts";
import { VERSION_HEADER } from "./route-version.ts";

/** Where the cache listens: for the gateway's requests, for purges, and for probes. Varnish tells them apart by these names. */
export const PORTS = { api: 8080, purge: 8081, admin: 9090 } as const;
/** Answers 200 while it can serve. It asks nothing of the service: a cache without it serves what it has. */
export const HEALTH_PATH = "/livez";
/** The file with what a purge is let in by. */
export const TOKEN_FILE = "/etc/plumbline/purge/token";

/** What the rules of a cache are made of; all of it was checked before. */
export interface VclArgs {
  readonly service: { readonly host: string; readonly port: string };
  readonly ttl: Duration;
  readonly longest: Duration;
  readonly staleWhileRevalidate: Duration;
  readonly staleIfError: Duration;
  readonly timeout: Duration;
  readonly maxConnections: number;
  /** Bytes of the longest answer that is kept. */
  readonly longestAnswer: number;
  /** Whether requests with a cookie are served as if they had none. */
  readonly withoutCookies: boolean;
}

/** A refused or lost connection is known of within this. The service is in the same cluster. */
const CONNECT_SECONDS = 1;

/** Headers that say who asks. A request with one of them is passed on, and its answer not kept. Those of claims begin with `x-user-`. */
const PERSONAL = ["Authorization", "X-Actor", "X-Purpose"];

/** The rules of a cache in Varnish's own language (VCL 4.1). Varnish 7 and later read them. */
export function vclOf(args: VclArgs): string {
  const { service, timeout, maxConnections } = args;
  return `vcl 4.1;

import header;
import std;
import var;
import xkey;

backend service {
  .host = ${quoted(service.host)};
  .port = ${quoted(service.port)};
  .connect_timeout = ${CONNECT_SECONDS}s;
  .first_byte_timeout = ${span(timeout)};
  .between_bytes_timeout = ${span(timeout)};
  .max_connections = ${maxConnections};
}

${RECEIVE(args)}
${LOOKUP}
${fetching(args)}
${ANSWER}`;
}

/** A text that VCL takes for what it is. */
function quoted(text: string): string {
  if (!/^[\w./-]*$/.test(text)) throw new TypeError(`${JSON.stringify(text)} cannot be said in VCL`);
  return `"${text}"`;
}

const RECEIVE = ({ withoutCookies }: Pick<VclArgs, "withoutCookies">) => `sub purge_keys {
  if (req.method != "PURGE") { return (synth(405)); }
  if (req.http.Authorization != "Bearer " + std.fileread(${quoted(TOKEN_FILE)})) { return (synth(401)); }
  std.collect(req.http.Surrogate-Key, " ");
  if (req.http.Surrogate-Key !~ "[^ ,]") { return (synth(400)); }
  # What is being fetched now may be of before: see vcl_backend_response.
  var.global_set("purged", std.real(time=now));
  set req.http.Plumbline-Gone = xkey.purge(req.http.Surrogate-Key);
  return (synth(200));
}

sub vcl_recv {
  unset req.http.Plumbline-Gone;
  if (req.restarts == 0) { unset req.http.Plumbline-Stale; }
  if (local.socket == "admin") {
    if (req.url == "${HEALTH_PATH}") { return (synth(200)); }
    return (synth(404));
  }
  if (local.socket == "purge") { call purge_keys; }
  # Nothing is ever sent on without being understood (vcl_pipe), and nobody purges from here.
  if (req.method !~ "^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$") { return (synth(405)); }

  if (req.restarts == 0) {
    unset req.http.Plumbline-Identity;
    unset req.http.Proxy;
    unset req.http.Upgrade;
    # The gateway is no client: it says itself who that is.
    set req.http.X-Forwarded-For = regsub(req.http.X-Forwarded-For, ",[^,]*$", "");
  }
  set req.url = regsub(std.querysort(req.url), "\\?$", "");
  set req.http.Host = std.tolower(req.http.Host);
  set req.backend_hint = service;
${withoutCookies ? "  unset req.http.Cookie;\n" : ""}
  if (req.method != "GET" && req.method != "HEAD") { return (pass); }
  if (${PERSONAL.map((name) => `req.http.${name}`).join(" || ")} || req.http.Cookie) { return (pass); }
  if (req.http.Transfer-Encoding || (req.http.Content-Length && req.http.Content-Length != "0")) { return (pass); }
  # No rule sees names that it does not know: they get one that it knows, and their own back.
  header.regsub(req, "^(?i)x-user-([^:]*):(.*)$", "Plumbline-Identity:\\1:\\2");
  if (req.http.Plumbline-Identity) {
    header.regsub(req, "^Plumbline-Identity:([^:]*):(.*)$", "x-user-\\1:\\2");
    return (pass);
  }

  # At first what is stale is found, too: whether it may be served is said below.
  set req.grace = 10y;
  if (req.http.Plumbline-Stale == "kept") { set req.grace = 0s; }
  return (hash);
}
`;

const LOOKUP = `sub vcl_hash {
  hash_data(req.http.Host);
  hash_data(req.url);
  hash_data(req.http.${VERSION_HEADER});
  return (lookup);
}

sub is_down {
  if (std.real(time=now) - std.real(var.global_get("failed"), 0.0) < ${DOWN_SECONDS}.0) {
    set req.http.Plumbline-Stale = "served";
  }
}

sub vcl_hit {
  var.set_string("how", "hit");
  if (obj.ttl > 0s) { return (deliver); }
  var.set_string("how", "stale");
  # Its successor is fetched in the background.
  if (obj.ttl + std.duration(obj.http.Plumbline-While, 0s) > 0s) { return (deliver); }
  call is_down;
  if (req.http.Plumbline-Stale == "served") { return (deliver); }
  # Only if the service fails: it is asked first.
  set req.http.Plumbline-Stale = "kept";
  return (restart);
}

sub vcl_miss {
  var.set_string("how", "miss");
  if (req.http.Plumbline-Stale == "kept") {
    # Who waited for a fetch that failed does not wait for one more.
    call is_down;
    if (req.http.Plumbline-Stale == "served") { return (restart); }
  }
  return (fetch);
}

sub vcl_pass {
  var.set_string("how", "pass");
  return (fetch);
}
`;

const ANSWER = `sub vcl_deliver {
  set resp.http.X-Cache = var.get_string("how");
  unset resp.http.xkey;
  unset resp.http.Surrogate-Key;
  unset resp.http.Plumbline-While;
  unset resp.http.X-Varnish;
  unset resp.http.Via;
  return (deliver);
}

sub vcl_synth {
  # The service failed, and there is what it said before.
  if (req.http.Plumbline-Stale == "kept") {
    set req.http.Plumbline-Stale = "served";
    return (restart);
  }
  if (req.http.Plumbline-Gone) { set resp.http.X-Purged = req.http.Plumbline-Gone; }
  unset resp.http.X-Varnish;
  unset resp.http.Via;
  set resp.body = "";
  return (deliver);
}
`;
