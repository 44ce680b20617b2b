import { Namespace } from "../components/cluster/index.ts";
import type { Source } from "../components/core/index.ts";
import { Monitoring } from "../components/observability/index.ts";
import type { Ground } from "./ground.ts";
import { OBSERVABILITY } from "./monitoring-schema.ts";
import { alertingOf, keyFile } from "./paging.ts";
import { bringSecrets } from "./secrets.ts";

/** What reads metrics and tells people; none where an environment has no `monitoring`. */
export function monitoringOf(ground: Ground): Monitoring | undefined {
  const { environment, on, placed } = ground;
  const { monitoring, namespaces, retention } = environment;
  if (monitoring === undefined || namespaces.observability === undefined) return undefined;
  const { remoteWrite, ...sizes } = monitoring;
  const namespace = new Namespace(OBSERVABILITY, { quota: namespaces.observability, scrapesMetrics: true }, on);
  const secrets = bringSecrets(ground, namespace);
  return new Monitoring(
    "main",
    {
      namespace,
      environment: environment.name,
      retention: retention.metrics,
      alerting: alertingOf(environment),
      ...(remoteWrite && {
        remoteWrite: {
          url: remoteWrite.url,
          ...(remoteWrite.secretRef !== undefined && { token: keyFile({ secretRef: remoteWrite.secretRef }) }),
        },
      }),
      ...placed,
      ...sizes,
    },
    { ...on, dependsOn: [on.dependsOn, ...secrets] },
  );
}

/** What is asked for metrics: somebody else's Prometheus where its address is given, else the stack's own if there is one. */
export function metricsFrom(url: string | undefined, monitoring: Monitoring | undefined): Source | undefined {
  return url === undefined ? monitoring && { from: monitoring.query } : { url };
}
