import { beforeAll, expect, test, vi } from "vitest";
import { type Recording, record } from "../components/testing/record.ts";

vi.mock("./environment.ts", async (original) => {
  const actual = await original<typeof import("./environment.ts")>();
  return {
    ...actual,
    loadEnvironment: (name: string) => {
      const { stores, ...environment } = actual.loadEnvironment(name);
      const objectives = { rto: "1h", rpo: "1h" };
      return { ...environment, stores: { ...stores, redis: { ...stores.redis, role: "store", objectives } } };
    },
  };
});

let production: Recording<unknown>;
beforeAll(async () => {
  vi.stubEnv("KUBECONFIG", undefined);
  production = await record("production", () => import("./index.ts"));
}, 60_000);

test("a Redis that is a store in an environment's file is backed up, to a bucket of its own, as it promises there", () => {
  const { metadata, spec } = production.inputsOf(":CronJob", "cache-backup");
  expect(metadata.annotations).toMatchObject({ "plumbline.dev/backs-up": "StatefulSet/shop-data/cache-server" });
  expect(spec.schedule).toBe("20-59/30 * * * *");
  const [put] = spec.jobTemplate.spec.template.spec.containers;
  expect(put.env).toContainEqual({ name: "BUCKET", value: "snapshots" });
  const store = production.inputsOf(":ObjectStore", "postgres-backup").spec.configuration;
  expect(store.destinationPath).toBe("s3://backups/");
});
