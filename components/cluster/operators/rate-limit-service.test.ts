import { expect, test } from "vitest";
import { countingEnvoyGateway, REDIS_AUTHORITY } from "./rate-limit-service.ts";

interface Counter {
  readonly container: {
    readonly resources: { readonly requests: object; readonly limits: object };
    readonly volumeMounts: readonly { readonly mountPath: string }[];
  };
  readonly pod: {
    readonly volumes: readonly { readonly projected: { readonly sources: readonly Record<string, Source>[] } }[];
  };
}

interface Source {
  readonly items: readonly { readonly path: string }[];
}

function counter(): Counter {
  const { config } = countingEnvoyGateway({ redis: "cache", whenRedisIsGone: "open" }).chart.values as {
    config: { envoyGateway: { provider: { kubernetes: { rateLimitDeployment: Counter } } } };
  };
  return config.envoyGateway.provider.kubernetes.rateLimitDeployment;
}

test("each authority that Redis may have is a file of its own, where the settings say: the API server refuses two for one path", () => {
  const { container, pod } = counter();
  const [volume] = pod.volumes;
  const paths = volume?.projected.sources.flatMap((source) => Object.values(source).flatMap(({ items }) => items));
  const [mount] = container.volumeMounts;
  expect(paths?.map(({ path }) => `${mount?.mountPath}/${path}`)).toEqual(Object.values(REDIS_AUTHORITY));
  expect(new Set(Object.values(REDIS_AUTHORITY)).size).toBe(2);
});

test("it says what memory it has: Envoy Gateway's own request is more than a namespace's default", () => {
  expect(counter().container.resources).toMatchObject({ requests: { memory: "128Mi" }, limits: { memory: "128Mi" } });
});
