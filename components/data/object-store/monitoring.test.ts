import { expect, test } from "vitest";
import type { Namespace } from "../../cluster/index.ts";
import { optOut } from "../../core/opt-out.ts";
import type { Issuer } from "../../edge/issuer.ts";
import { complete } from "./args.ts";
import { watched } from "./monitoring.ts";
import { serversPlan } from "./server-plan.ts";
import { volumesPlan } from "./volume-plan.ts";

const given = {
  namespace: { name: "data" } as Namespace,
  issuer: {} as Issuer,
  zones: ["a", "b", "c"],
  buckets: { backups: {} },
};

test("without copies nothing is said of missing ones, and one volume server is enough to write", () => {
  const args = complete({ ...given, replicas: 1, replication: optOut("a test on one machine") });
  const { alerts } = watched("objects", args);
  const names = alerts.map(({ name }) => name);
  for (const lost of ["ObjectStoreServerMissing", "ObjectStoreVolumeServerMissing", "ObjectStoreCopiesMissing"])
    expect(names).not.toContain(lost);
  expect(alerts.find(({ name }) => name === "ObjectStoreWritesBlocked")?.expr).toMatch(/ < 1$/);
});

test("each port that is read is one of a container, and each container with metrics is read", () => {
  const args = complete(given);
  const pods = [serversPlan("objects", args), volumesPlan("objects", args)].map((set) => JSON.stringify(set));
  const ports = pods.flatMap((set) => [...set.matchAll(/"(metrics-\w+)","containerPort"/g)].map(([, port]) => port));
  const { scrapes } = watched("objects", args);
  expect(scrapes.map(({ port }) => port).sort()).toEqual(ports.sort());
});
