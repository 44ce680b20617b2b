import type { Call, DiffResult, PropertyMap, PropertyValue, Provider, ReadResult } from "../../rpc/index.ts";
import { kubernetesProvider } from "../provider.ts";

/** A resource as the engine's state holds it. */
export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

export interface Options {
  readonly preview?: boolean;
  readonly timeoutSeconds?: number;
  readonly ignoreChanges?: readonly string[];
}

/** A configured provider, driven call by call as the engine does it. */
export class Driver {
  readonly provider: Provider;
  readonly logs: string[] = [];
  readonly statuses: string[] = [];
  #cancel = new AbortController();

  constructor(provider: Provider) {
    this.provider = provider;
  }

  static async open(args: PropertyMap): Promise<Driver> {
    const driver = new Driver(kubernetesProvider("4.0.0"));
    await driver.provider.configure({ args }, driver.call());
    return driver;
  }

  call(): Call {
    return {
      signal: this.#cancel.signal,
      log: (severity, message) => this.logs.push(`${severity}: ${message}`),
      status: (message) => this.statuses.push(message),
    };
  }

  /** What the engine does on Ctrl-C. A later call works again, as with the next run. */
  cancel(): void {
    this.#cancel.abort();
    this.#cancel = new AbortController();
  }

  async check(type: string, name: string, news: PropertyMap, olds: PropertyMap = {}): Promise<PropertyMap> {
    const request = {
      urn: urn(type, name),
      type,
      name,
      olds,
      news,
      randomSeed: new Uint8Array(),
      autonaming: undefined,
    };
    const { inputs, failures = [] } = await this.provider.check(request, this.call());
    const [failure] = failures;
    if (failure) throw new Error(`${failure.property ?? ""}: ${failure.reason}`);
    return inputs;
  }

  async create(type: string, name: string, news: PropertyMap, options: Options = {}): Promise<Resource> {
    const inputs = await this.check(type, name, news);
    const request = { urn: urn(type, name), type, name, inputs, ...filled(options) };
    const { id, outputs } = await this.provider.create(request, this.call());
    return { type, name, id, inputs, outputs };
  }

  async update(resource: Resource, news: PropertyMap, options: Options = {}): Promise<Resource> {
    const { type, name, id } = resource;
    const inputs = await this.check(type, name, news, resource.inputs);
    const before = { oldInputs: resource.inputs, oldOutputs: resource.outputs };
    const request = { urn: urn(type, name), type, name, id, inputs, ...before, ...filled(options) };
    return { ...resource, inputs, outputs: await this.provider.update(request, this.call()) };
  }

  async diff(resource: Resource, news: PropertyMap, options: Options = {}): Promise<DiffResult> {
    const { type, name, id } = resource;
    const inputs = await this.check(type, name, news, resource.inputs);
    const before = { oldInputs: resource.inputs, oldOutputs: resource.outputs };
    const { ignoreChanges } = filled(options);
    return this.provider.diff(
      { urn: urn(type, name), type, name, id, ...before, news: inputs, ignoreChanges },
      this.call(),
    );
  }

  async refresh(resource: Resource): Promise<Resource | undefined> {
    const { type, name, id, inputs, outputs } = resource;
    const found = await this.provider.read(
      { urn: urn(type, name), type, name, id, inputs, state: outputs },
      this.call(),
    );
    return found && { ...resource, ...found };
  }

  async import(type: string, name: string, id: string): Promise<ReadResult | undefined> {
    return this.provider.read({ urn: urn(type, name), type, name, id, inputs: {}, state: {} }, this.call());
  }

  async delete(resource: Resource, options: Options = {}): Promise<void> {
    const { type, name, id, inputs, outputs } = resource;
    const { timeoutSeconds } = filled(options);
    await this.provider.delete(
      { urn: urn(type, name), type, name, id, inputs, state: outputs, timeoutSeconds },
      this.call(),
    );
  }
}

function filled({ preview = false, timeoutSeconds, ignoreChanges = [] }: Options) {
  return { preview, timeoutSeconds, ignoreChanges };
}

function urn(type: string, name: string): string {
  return `urn:pulumi:test::test::${type}::${name}`;
}

/** A value below properties, through secret marks. */
export function look(value: PropertyValue | undefined, ...path: readonly (string | number)[]): unknown {
  let current: unknown = value;
  for (const step of path) {
    if (typeof current === "object" && current !== null && "value" in current && "toJSON" in current)
      current = (current as { value: unknown }).value;
    current = (current as { [step: string]: unknown } | undefined)?.[step];
  }
  return current;
}

/** Shapes that many tests need; each a new object. */
export const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
export const DEPLOYMENT = "kubernetes:apps/v1:Deployment";

export function configMap(namespace: string, name: string | undefined, data: PropertyMap): PropertyMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, ...(name && { name }) }, data };
}

export function deployment(
  namespace: string,
  name: string,
  spec: PropertyMap = {},
  pod: PropertyMap = {},
): PropertyMap {
  const labels = { app: name };
  const container = { name: "app", image: "plumbline.dev/app:1" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { namespace, name },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container], ...pod } },
      ...spec,
    },
  };
}
