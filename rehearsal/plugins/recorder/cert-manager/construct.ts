import grpc from "@grpc/grpc-js";
import type { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import resourceGrpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import {
  isPropertyMap,
  marshal,
  Output,
  type PropertyMap,
  type PropertyValue,
  Secret,
  UNKNOWN,
  unmarshal,
} from "../../rpc/index.ts";

/** A component that has been registered. */
export interface Constructed {
  readonly urn: string;
  readonly inputs: PropertyMap;
  readonly response: InstanceType<typeof providerPb.ConstructResponse>;
}

/** Registers a component with the engine as the request asks, without children; `outputs` is all that it gives. */
export async function constructComponent(
  request: ConstructRequest,
  outputs: (inputs: PropertyMap) => PropertyMap,
): Promise<Constructed> {
  const monitor = new resourceGrpc.ResourceMonitorClient(
    request.getMonitorendpoint(),
    grpc.credentials.createInsecure(),
  );
  try {
    const inputs = settledMap(unmarshal(request.getInputs()));
    const urn = await register(monitor, request, inputs);
    const state = marshal(outputs(inputs));
    await registerOutputs(monitor, urn, state);
    return { urn, inputs, response: new providerPb.ConstructResponse().setUrn(urn).setState(state) };
  } finally {
    monitor.close();
  }
}

type Monitor = InstanceType<typeof resourceGrpc.ResourceMonitorClient>;

function register(monitor: Monitor, request: ConstructRequest, inputs: PropertyMap): Promise<string> {
  const registration = new resourcePb.RegisterResourceRequest();
  registration.setType(request.getType());
  registration.setName(request.getName());
  registration.setParent(request.getParent());
  registration.setCustom(false);
  registration.setObject(marshal(inputs));
  registration.setAcceptsecrets(true);
  registration.setAcceptresources(true);
  registration.setAliasspecs(true);
  registration.setAliasesList(request.getAliasesList());
  registration.setDependenciesList(request.getDependenciesList());
  registration.setAdditionalsecretoutputsList(request.getAdditionalsecretoutputsList());
  registration.setIgnorechangesList(request.getIgnorechangesList());
  if (request.hasProtect()) registration.setProtect(request.getProtect() ?? false);
  request.getInputdependenciesMap().forEach((dependencies, name) => {
    const urns = new resourcePb.RegisterResourceRequest.PropertyDependencies().setUrnsList(dependencies.getUrnsList());
    registration.getPropertydependenciesMap().set(name, urns);
  });
  return new Promise((resolve, reject) =>
    monitor.registerResource(registration, (error, response) => (error ? reject(error) : resolve(response.getUrn()))),
  );
}

function registerOutputs(monitor: Monitor, urn: string, state: ReturnType<typeof marshal>): Promise<void> {
  const outputs = new resourcePb.RegisterResourceOutputsRequest().setUrn(urn).setOutputs(state);
  return new Promise((resolve, reject) =>
    monitor.registerResourceOutputs(outputs, (error) => (error ? reject(error) : resolve())),
  );
}

/** Values as a resource has them: an output is what it gives, with its secret mark, and without its dependencies. */
function settled(value: PropertyValue): PropertyValue {
  if (value instanceof Output) {
    const inner = value.value === undefined ? UNKNOWN : settled(value.value);
    return value.secret ? new Secret(inner) : inner;
  }
  if (value instanceof Secret) return new Secret(settled(value.value));
  if (Array.isArray(value)) return value.map(settled);
  return isPropertyMap(value) ? settledMap(value) : value;
}

function settledMap(map: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, settled(value)]));
}
