import { type Client, credentials, type ServiceError } from "@grpc/grpc-js";
import stubs from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import { afterEach, describe, expect, it } from "vitest";
import { type Cancelled, InitFailed } from "./failure.ts";
import { marshal, unmarshal } from "./marshal.ts";
import { formatPath } from "./path.ts";
import { Secret } from "./property.ts";
import type { Provider } from "./provider.ts";
import { type Serving, serve } from "./serve.ts";

type Method = (message: unknown, callback: (error: ServiceError | null, response: never) => void) => void;
type Stub = Client & Record<string, Method>;
const { ResourceProviderClient } = stubs as unknown as { ResourceProviderClient: new (...args: unknown[]) => Stub };

let serving: Serving | undefined;
let client: Stub | undefined;
afterEach(async () => {
  client?.close();
  await serving?.stop();
});

const base: Provider = {
  name: "test",
  version: "1.2.3",
  async configure() {},
  check: async ({ news }) => ({ inputs: news }),
  diff: async () => ({ changes: [] }),
  create: async ({ inputs }) => ({ id: "id", outputs: inputs }),
  update: async ({ inputs }) => inputs,
  read: async () => undefined,
  delete: async () => {},
};

async function open(provider: Partial<Provider>) {
  serving = await serve({ ...base, ...provider });
  const stub = new ResourceProviderClient(`127.0.0.1:${serving.port}`, credentials.createInsecure());
  client = stub;
  return <Response>(method: string, message: unknown) =>
    new Promise<Response>((resolve, reject) =>
      stub[method]?.(message, (error: ServiceError | null, response: never) =>
        error ? reject(error) : resolve(response),
      ),
    );
}

const URN = "urn:pulumi:stack::project::pkg:mod:Parent$test:index:Thing::name";

describe("serve", () => {
  it("reads type and name out of the URN, and keeps secrets marked both ways", async () => {
    let seen: unknown;
    const call = await open({
      async create(request) {
        seen = request;
        return { id: "made", outputs: { password: request.inputs.password ?? null } };
      },
    });
    const request = new providerPb.CreateRequest().setUrn(URN).setProperties(marshal({ password: new Secret("p") }));
    const response = await call<import("@pulumi/pulumi/proto/provider_pb.js").CreateResponse>("create", request);
    expect(seen).toMatchObject({ type: "test:index:Thing", name: "name", timeoutSeconds: undefined, preview: false });
    expect(unmarshal(response.getProperties()).password).toBeInstanceOf(Secret);
  });

  it("gives a detailed diff with the kinds that replace", async () => {
    const call = await open({
      diff: async () => ({
        changes: [
          { path: ["spec", "list", 0, "a.b/c"], kind: "update", replace: true },
          { path: ["other"], kind: "add" },
        ],
        deleteBeforeReplace: true,
      }),
    });
    const request = new providerPb.DiffRequest().setUrn(URN);
    const response = await call<import("@pulumi/pulumi/proto/provider_pb.js").DiffResponse>("diff", request);
    const details = Object.fromEntries(response.getDetaileddiffMap().entries());
    expect(Object.keys(details).sort()).toEqual(["other", 'spec.list[0]["a.b/c"]']);
    expect(response.getReplacesList()).toEqual(["spec"]);
    expect(response.getDeletebeforereplace()).toBe(true);
    expect(details['spec.list[0]["a.b/c"]']?.getKind()).toBe(providerPb.PropertyDiff.Kind.UPDATE_REPLACE);
  });

  it("sends the state of what was made but failed", async () => {
    const call = await open({
      async create() {
        throw new InitFailed("id", { a: "1" }, { b: "2" }, ["not ready", "image cannot be pulled"]);
      },
    });
    const error = await call("create", new providerPb.CreateRequest().setUrn(URN)).catch((e: ServiceError) => e);
    const [bytes] = (error as ServiceError).metadata.get("grpc-status-details-bin");
    const [any] = statusPb.Status.deserializeBinary(bytes as Buffer).getDetailsList();
    const detail = providerPb.ErrorResourceInitFailed.deserializeBinary(any?.getValue_asU8() ?? new Uint8Array());
    expect(detail.getId()).toBe("id");
    expect(detail.getReasonsList()).toEqual(["not ready", "image cannot be pulled"]);
    expect(unmarshal(detail.getProperties())).toEqual({ a: "1" });
  });

  it("aborts what is under way when the engine cancels", async () => {
    const call = await open({
      create: (_request, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Cancelled))),
    });
    const creating = call("create", new providerPb.CreateRequest().setUrn(URN));
    const refused = expect(creating).rejects.toThrow("cancelled");
    const { default: emptyPb } = await import("google-protobuf/google/protobuf/empty_pb.js");
    await call("cancel", new emptyPb.Empty());
    await refused;
  });

  it("gives an empty id for what is gone", async () => {
    const call = await open({});
    const response = await call<import("@pulumi/pulumi/proto/provider_pb.js").ReadResponse>(
      "read",
      new providerPb.ReadRequest().setUrn(URN),
    );
    expect(response.getId()).toBe("");
  });

  it("refuses functions and components that the provider does not have", async () => {
    const call = await open({});
    await expect(call("invoke", new providerPb.InvokeRequest().setTok("test:index:f"))).rejects.toThrow(
      "has no functions",
    );
    await expect(call("construct", new providerPb.ConstructRequest().setType("test:index:C"))).rejects.toThrow(
      "has no component",
    );
  });
});

describe("formatPath", () => {
  it.each([
    [["spec", "containers", 0, "image"], "spec.containers[0].image"],
    [["metadata", "labels", "app.kubernetes.io/name"], 'metadata.labels["app.kubernetes.io/name"]'],
    [["odd key", 'with"quote'], '["odd key"]["with\\"quote"]'],
  ])("%j is %s", (path, text) => {
    expect(formatPath(path)).toBe(text);
  });
});
