import { CONFIG_ROOT } from "../../core/usage.ts";
import type { CompleteDashboards } from "./args.ts";

/** What it listens on: pages, API, probes and metrics alike. */
export const PORT = 3000;
/** The only folder that can be written to, and nothing in it has to last: what has to is in the database. */
const SCRATCH = "/tmp/grafana";

/**
 * Grafana's settings, by section and key as its documentation has them. What is secret is not here: that comes as files. A setting is here only
 * where its default is another: nothing is sent out or fetched, nobody gets in unknown, and alerts are Prometheus' own.
 */
function sectionsOf({ url, oidc }: CompleteDashboards): Record<string, Record<string, string | number | boolean>> {
  const path = url === undefined ? "/" : new URL(url).pathname;
  return {
    paths: { data: SCRATCH, logs: SCRATCH, plugins: `${SCRATCH}/plugins`, provisioning: CONFIG_ROOT },
    server: {
      http_port: PORT,
      ...(url && { root_url: `${url}/`, serve_from_sub_path: path !== "/" }),
    },
    database: { type: "postgres", ssl_mode: "verify-full" },
    security: {
      cookie_secure: url !== undefined,
      content_security_policy: true,
      disable_gravatar: true,
      strict_transport_security: url !== undefined,
    },
    users: { allow_sign_up: false },
    auth_anonymous: { enabled: false },
    unified_alerting: { enabled: false },
    analytics: { reporting_enabled: false, check_for_updates: false, check_for_plugin_updates: false },
    news: { news_feed_enabled: false },
    snapshots: { external_enabled: false },
    plugins: { preinstall_disabled: true, plugin_admin_enabled: false },
    log: { mode: "console" },
    log_console: { format: "json" },
    ...(oidc && {
      auth_generic_oauth: {
        enabled: true,
        name: oidc.name ?? "SSO",
        client_id: oidc.clientId,
        auth_url: oidc.urls.authorization,
        token_url: oidc.urls.token,
        api_url: oidc.urls.userInfo,
        scopes: "openid profile email",
        use_pkce: true,
        allow_sign_up: true,
        role_attribute_path: oidc.role ?? "'Viewer'",
        role_attribute_strict: true,
      },
    }),
  };
}

/** The settings as variables, which is how its image takes them. */
export function settingsEnvironment(args: CompleteDashboards): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sectionsOf(args)).flatMap(([section, settings]) =>
      Object.entries(settings).map(([key, value]) => [`GF_${section}_${key}`.toUpperCase(), String(value)]),
    ),
  );
}
