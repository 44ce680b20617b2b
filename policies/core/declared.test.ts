import { expect, test } from "vitest";
import { declared, referenceOf, referencesOf } from "./declared.ts";
import { fromManifest } from "./resource.ts";
import { StackObject } from "./stack-object.ts";

const job = (metadata: object) =>
  new StackObject(
    fromManifest({ apiVersion: "batch/v1", kind: "CronJob", metadata: { name: "dump", ...metadata } })[0] as never,
  );
const table = new StackObject({
  type: "aws:dynamodb/table:Table",
  name: "orders",
  props: { tags: { "plumbline.dev/rpo": "15m" } },
});

test("a fact is read from an annotation, a label or a tag", () => {
  expect(declared(job({ annotations: { "plumbline.dev/rpo": " 1h " } }), "rpo")).toBe("1h");
  expect(declared(job({ labels: { "plumbline.dev/data-class": "personal" } }), "dataClass")).toBe("personal");
  expect(declared(table, "rpo")).toBe("15m");
  expect(declared(job({}), "rpo")).toBeUndefined();
});

test("references are of their own namespace unless they name one", () => {
  const annotations = { "plumbline.dev/backs-up": "Cluster/postgres, StatefulSet/data/cache Table/orders" };
  const references = referencesOf(job({ namespace: "shop", annotations }), "backsUp");
  for (const reference of ["Cluster/shop/postgres", "StatefulSet/data/cache", referenceOf(table)])
    expect(references).toContain(reference);
  expect(referenceOf(job({ namespace: "shop" }))).toBe("CronJob/shop/dump");
});
