import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { claimPlans } from "./claim-plan.ts";

const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "4Gi" } } };

function set(change: object = {}, metadata: object = {}): types.input.apps.v1.StatefulSet {
  return {
    metadata: { name: "cache-server", namespace: "shop-data", labels: { app: "cache" }, ...metadata },
    spec: {
      serviceName: "cache-nodes",
      replicas: 3,
      selector: {},
      template: {},
      volumeClaimTemplates: [{ metadata: { name: "data" }, spec }],
      ...change,
    },
  };
}

const namesOf = (given: types.input.apps.v1.StatefulSet) =>
  claimPlans("Redis", given).map(({ metadata }) => (metadata as { name: string }).name);

describe("the claims of a set's pods", () => {
  test("have the names that the set looks for, one for each pod and template", () => {
    expect(namesOf(set())).toEqual(["data-cache-server-0", "data-cache-server-1", "data-cache-server-2"]);
    const volumeClaimTemplates = [
      { metadata: { name: "data" }, spec },
      { metadata: { name: "log" }, spec },
    ];
    expect(namesOf(set({ replicas: 1, volumeClaimTemplates }))).toEqual(["data-cache-server-0", "log-cache-server-0"]);
    expect(namesOf(set({ replicas: 2, ordinals: { start: 5 } }))).toEqual([
      "data-cache-server-5",
      "data-cache-server-6",
    ]);
    expect(namesOf(set({ replicas: 0 }))).toEqual([]);
  });

  test("ask for what their template asks for, in the set's namespace, and nobody waits for them", () => {
    const [claim] = claimPlans("Redis", set({ replicas: 1 }));
    expect(claim).toEqual({
      metadata: {
        name: "data-cache-server-0",
        namespace: "shop-data",
        labels: { app: "cache" },
        annotations: { "pulumi.com/skipAwait": "true" },
      },
      spec,
    });
  });

  test("say of their data what the set and the template say, and nothing of the set alone", () => {
    const annotations = { "plumbline.dev/data-class": "internal", "pulumi.com/timeoutSeconds": "900" };
    const template = {
      metadata: { name: "data", labels: { disk: "fast" }, annotations: { "volume.example.com/iops": "3000" } },
      spec,
    };
    const [claim] = claimPlans("Redis", set({ volumeClaimTemplates: [template] }, { annotations }));
    expect(claim?.metadata).toMatchObject({
      labels: { app: "cache", disk: "fast" },
      annotations: {
        "plumbline.dev/data-class": "internal",
        "volume.example.com/iops": "3000",
        "pulumi.com/skipAwait": "true",
      },
    });
    expect(claim?.metadata).not.toHaveProperty(["annotations", "pulumi.com/timeoutSeconds"]);
  });

  test("are refused where a transform leaves open how many there are, or what they are called", () => {
    const later = pulumi.output("later");
    const open = [
      set({ replicas: later }),
      set({ replicas: undefined }),
      set({ ordinals: { start: later } }),
      set({ volumeClaimTemplates: later }),
      set({ volumeClaimTemplates: [{ metadata: { name: later }, spec }] }),
      set({}, { name: later }),
      set({}, { namespace: undefined }),
      { ...set(), spec: later },
    ] as types.input.apps.v1.StatefulSet[];
    for (const one of open)
      expect(() => claimPlans('Redis "cache"', one)).toThrow(
        /Redis "cache".*\n {2}transform: .* allowed: plain values/,
      );
  });
});
