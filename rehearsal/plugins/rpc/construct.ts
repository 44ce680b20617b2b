import { credentials, type requestCallback } from "@grpc/grpc-js";
import type * as pb from "@pulumi/pulumi/proto/provider_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import monitorStubs from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import type * as monitorTypes from "@pulumi/pulumi/proto/resource_pb.js";
import monitorPb from "@pulumi/pulumi/proto/resource_pb.js";
import { marshal, unmarshal } from "./marshal.ts";
import type { ChildResource, ConstructRequest, ConstructResult, Provider, RegisteredResource } from "./provider.ts";

/** Whose children are made: the plugin that serves them. */
type Identity = Pick<Provider, "name" | "version">;

/** Answers a request for a component (`Provider.construct`) with what `make` gives, in terms of plain property values. */
export async function answerConstruct(
  message: unknown,
  identity: Identity,
  make: (request: ConstructRequest) => Promise<ConstructResult>,
): Promise<unknown> {
  const { urn, outputs } = await make(constructRequest(message as pb.ConstructRequest, identity));
  return new providerPb.ConstructResponse().setUrn(urn).setState(marshal(outputs));
}

function constructRequest(message: pb.ConstructRequest, provider: Identity): ConstructRequest {
  const monitor = new monitorStubs.ResourceMonitorClient(message.getMonitorendpoint(), credentials.createInsecure());
  const register = (request: monitorTypes.RegisterResourceRequest) =>
    answered<monitorTypes.RegisterResourceResponse>((callback) => monitor.registerResource(request, callback));
  return {
    type: message.getType(),
    name: message.getName(),
    inputs: unmarshal(message.getInputs()),
    preview: message.getDryrun(),
    async registerSelf(inputs = {}) {
      return (await register(selfRequest(message).setObject(marshal(inputs)))).getUrn();
    },
    async registerChild(child): Promise<RegisteredResource> {
      const response = await register(childRequest(message, provider, child));
      return { urn: response.getUrn(), id: response.getId() };
    },
    async finish(urn, outputs) {
      const request = new monitorPb.RegisterResourceOutputsRequest().setUrn(urn).setOutputs(marshal(outputs));
      await answered((callback) => monitor.registerResourceOutputs(request, callback));
      monitor.close();
    },
  };
}

function answered<Response>(call: (callback: requestCallback<Response>) => unknown): Promise<Response> {
  return new Promise((resolve, reject) =>
    call((error, response) => (error ? reject(new Error(error.details)) : resolve(response as Response))),
  );
}

function selfRequest(message: pb.ConstructRequest): monitorTypes.RegisterResourceRequest {
  const request = new monitorPb.RegisterResourceRequest()
    .setType(message.getType())
    .setName(message.getName())
    .setParent(message.getParent())
    .setCustom(false)
    .setAcceptsecrets(true)
    .setAcceptresources(true)
    .setAliasspecs(true)
    .setAliasesList(message.getAliasesList())
    .setDependenciesList(message.getDependenciesList())
    .setDeletedwith(message.getDeletedwith())
    .setIgnorechangesList(message.getIgnorechangesList())
    .setReplaceonchangesList(message.getReplaceonchangesList());
  const [protect, retain] = [message.getProtect(), message.getRetainondelete()];
  if (protect !== undefined) request.setProtect(protect);
  if (retain !== undefined) request.setRetainondelete(retain);
  for (const [name, reference] of message.getProvidersMap().entries()) request.getProvidersMap().set(name, reference);
  return request;
}

function childRequest(message: pb.ConstructRequest, provider: Identity, child: ChildResource) {
  const inputs = [...message.getInputdependenciesMap().entries()].flatMap(([, urns]) => urns.getUrnsList());
  const request = new monitorPb.RegisterResourceRequest()
    .setType(child.type)
    .setName(child.name)
    .setParent(child.parent)
    .setCustom(true)
    .setObject(marshal(child.inputs))
    .setAcceptsecrets(true)
    .setAcceptresources(true)
    .setSupportspartialvalues(true)
    .setVersion(provider.version)
    .setProvider(message.getProvidersMap().get(provider.name) ?? "")
    .setDependenciesList([...new Set([...child.dependencies, ...inputs])]);
  const [protect, retain] = [message.getProtect(), message.getRetainondelete()];
  if (protect !== undefined) request.setProtect(protect);
  if (retain !== undefined) request.setRetainondelete(retain);
  return request;
}
