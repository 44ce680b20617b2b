import { describe, expect, it } from "vitest";
import { type PendingOperation, type ResourceState, settle, unread } from "./pending.ts";

const urn = (type: string, name: string) => `urn:pulumi:local::plumbline::${type}::${name}`;
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const stateOnly = new Set(["random"]);

function resource(type: string, name: string, more: Partial<ResourceState> = {}): ResourceState {
  return { urn: urn(type, name), type, custom: true, ...more };
}

function creating(type: string, name: string, inputs?: unknown): PendingOperation {
  return { type: "creating", resource: resource(type, name, { inputs }) };
}

describe("settle", () => {
  const metadata = { name: "orders-1", namespace: "shop" };

  it("adopts a Kubernetes create by the name that was chosen for it", () => {
    const { deployment, adopted, unsettled } = settle(
      { resources: [], pending_operations: [creating(DEPLOYMENT, "orders", { metadata })] },
      { stateOnly },
    );
    expect(deployment.resources).toEqual([
      expect.objectContaining({ urn: urn(DEPLOYMENT, "orders"), id: "shop/orders-1" }),
    ]);
    expect(deployment).not.toHaveProperty("pending_operations");
    expect(adopted).toEqual([urn(DEPLOYMENT, "orders")]);
    expect(unsettled).toEqual([]);
  });

  it("uses the bare name where the object lies in no namespace", () => {
    const pending = creating("kubernetes:core/v1:Namespace", "shop", { metadata: { name: "shop" } });
    expect(settle({ pending_operations: [pending] }, { stateOnly }).deployment).toMatchObject({
      resources: [{ id: "shop" }],
    });
  });

  it("marks the half-made successor of a standing resource for deletion, so that none stays behind", () => {
    const standing = resource(DEPLOYMENT, "orders", { id: "shop/orders-0" });
    const { deployment } = settle(
      { resources: [standing], pending_operations: [creating(DEPLOYMENT, "orders", { metadata })] },
      { stateOnly },
    );
    expect(deployment.resources).toEqual([standing, expect.objectContaining({ id: "shop/orders-1", delete: true })]);
  });

  it("takes the place of one that is only waiting to be deleted", () => {
    const dying = resource(DEPLOYMENT, "orders", { id: "shop/orders-0", delete: true });
    const { deployment } = settle(
      { resources: [dying], pending_operations: [creating(DEPLOYMENT, "orders", { metadata })] },
      { stateOnly },
    );
    expect(deployment.resources?.[1]).not.toHaveProperty("delete");
  });

  it("clears what lives in the state alone, and what a refresh finds out by itself", () => {
    const update: PendingOperation = {
      type: "updating",
      resource: resource(DEPLOYMENT, "orders", { id: "shop/orders" }),
    };
    const { deployment, cleared } = settle(
      { resources: [], pending_operations: [creating("random:index/randomPassword:RandomPassword", "pw"), update] },
      { stateOnly },
    );
    expect(cleared).toEqual([urn("random:index/randomPassword:RandomPassword", "pw"), urn(DEPLOYMENT, "orders")]);
    expect(deployment).toEqual({ resources: [] });
  });

  it("keeps what only a person can settle: it may exist under an ID that was never told", () => {
    const bucket = creating("aws:s3/bucket:Bucket", "backups", { bucket: "x" });
    const { deployment, unsettled } = settle({ resources: [], pending_operations: [bucket] }, { stateOnly });
    expect(deployment.pending_operations).toEqual([bucket]);
    expect(unsettled).toEqual([urn("aws:s3/bucket:Bucket", "backups")]);
  });

  it("keeps everything else of the deployment as it was", () => {
    const manifest = { time: "2026-11-23" };
    expect(settle({ manifest, resources: [] } as never, { stateOnly }).deployment).toEqual({ manifest, resources: [] });
  });
});

describe("unread", () => {
  it("names what was adopted until it has been read", () => {
    const adopted = resource(DEPLOYMENT, "orders", { id: "shop/orders" });
    const read = { ...adopted, outputs: { kind: "Deployment" } };
    const half = resource(DEPLOYMENT, "payments");
    const component = { ...resource("plumbline:workload:Microservice", "orders"), custom: false };
    expect(unread({ resources: [read, half, component] })).toEqual([]);
    expect(unread({ resources: [read, adopted] })).toEqual([adopted.urn]);
    expect(unread({ resources: [{ ...adopted, delete: true }] })).toEqual([]);
  });
});
