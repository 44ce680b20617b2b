import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type PropertyMap, Secret } from "../rpc/index.ts";
import { CONFIG_MAP, configMap, Driver } from "./testing/resources.ts";

const PASSWORD = 'hunter2 "quoted"\nsecond line of it';
/** As an API server quotes it. */
const QUOTED = JSON.stringify(PASSWORD);

interface Answer {
  readonly status: number;
  readonly body: object;
  readonly warning?: string;
}

/** Answers for `METHOD /path`, one after the other; the last one stays. */
const answers = new Map<string, Answer[]>();
let asked: string[];
let server: Server;
let kube: Driver;

beforeEach(async () => {
  asked = [];
  answers.clear();
  answer("GET /version", { status: 200, body: { gitVersion: "v1.36.3" } });
  const resources = [{ name: "configmaps", kind: "ConfigMap", namespaced: true }];
  answer("GET /api/v1", { status: 200, body: { resources } });
  server = createServer((request, response) => {
    const { status, body, warning } = answerTo(request);
    if (warning) response.setHeader("warning", `299 - "${warning}"`);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  kube = await Driver.open({ kubeconfig: kubeconfig((server.address() as AddressInfo).port) });
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function answer(call: string, ...given: Answer[]): void {
  answers.set(call, given);
}

function answerTo({ method, url = "" }: IncomingMessage): Answer {
  const call = `${method} ${url.split("?")[0]}`;
  asked.push(call);
  const left = answers.get(call) ?? [{ status: 404, body: { message: `${call} not found`, reason: "NotFound" } }];
  return (left.length > 1 ? left.shift() : left[0]) as Answer;
}

function kubeconfig(port: number): string {
  return JSON.stringify({
    "current-context": "test",
    contexts: [{ name: "test", context: { cluster: "test", namespace: "n" } }],
    clusters: [{ name: "test", cluster: { server: `http://127.0.0.1:${port}` } }],
  });
}

const secretly = (name: string): PropertyMap => ({ ...configMap("n", name, {}), data: { key: new Secret(PASSWORD) } });
const live = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "n", uid: "1" } });

describe("what is said of a request with a secret in it", () => {
  const POST = "POST /api/v1/namespaces/n/configmaps";

  it("does not repeat it in the error", async () => {
    answer(POST, { status: 422, body: { message: `data.key: Invalid value: ${QUOTED}: no`, reason: "Invalid" } });
    const failed = kube.create(CONFIG_MAP, "a", secretly("a"));
    await expect(failed).rejects.toThrow('data.key: Invalid value: "[secret]": no');
  });

  it("does not repeat it while it tries again, nor in warnings of the API server", async () => {
    const refused = { status: 500, body: { message: `failed calling webhook "w": got ${QUOTED}` } };
    answer(POST, refused, { status: 201, body: live("a"), warning: "unknown field: second line of it" });
    await kube.create(CONFIG_MAP, "a", secretly("a"));
    expect(kube.statuses.join()).toContain('trying again: failed calling webhook "w": got "[secret]"');
    expect(kube.logs).toEqual(["warning: the API server says: unknown field: [secret]"]);
  });

  it("does not repeat one that stands in the state alone", async () => {
    const status = { status: 500, body: { message: `etcd holds ${QUOTED}` } };
    answer("GET /api/v1/namespaces/n/configmaps/a", status);
    const outputs = { ...live("a"), data: new Secret({ key: PASSWORD }) };
    const state = { type: CONFIG_MAP, name: "a", id: "n/a", inputs: configMap("n", "a", {}), outputs };
    await expect(kube.refresh(state)).rejects.toThrow('etcd holds "[secret]"');
    await expect(kube.delete(state)).rejects.toThrow('etcd holds "[secret]"');
  });

  it("does not repeat it in the reasons for which inputs are refused", async () => {
    const type = `kubernetes:helm.sh/v3:${PASSWORD.slice(0, 7)}`;
    await expect(kube.check(type, "a", { values: new Secret("hunter2") })).rejects.toThrow(
      "[secret] (helm.sh/v3) runs",
    );
  });
});

describe("a state that holds no object of Kubernetes", () => {
  const release = {
    type: "kubernetes:helm.sh/v3:Release",
    name: "cert-manager",
    id: "cert-manager/cert-manager",
    inputs: { chart: "cert-manager" },
    outputs: { chart: "cert-manager", status: { status: "deployed" } },
  };

  it("is neither deleted nor gone: the chart still stands", async () => {
    await expect(kube.delete(release)).rejects.toThrow(
      /holds no Kubernetes object, .* Release \(helm.sh\/v3\) runs Helm/,
    );
    await expect(kube.refresh(release)).rejects.toThrow(/holds no Kubernetes object/);
    await expect(kube.delete({ ...release, type: CONFIG_MAP })).rejects.toThrow(/made by another provider/);
  });

  it("is not found missing by an import either", async () => {
    await expect(kube.import(release.type, "x", release.id)).rejects.toThrow(/runs Helm/);
  });

  it("has nothing to delete where it is empty", async () => {
    asked = [];
    await kube.delete({ ...release, type: CONFIG_MAP, outputs: {} });
    expect(asked).toEqual([]);
  });
});
