import grpc, { type handleUnaryCall, type ServerUnaryCall, type UntypedServiceImplementation } from "@grpc/grpc-js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import stubs from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type * as pb from "@pulumi/pulumi/proto/provider_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { connectEngine, type Engine } from "./engine.ts";
import { Cancelled } from "./failure.ts";
import { marshal, unmarshal } from "./marshal.ts";
import { sameValue } from "./property.ts";
import type { Call, Provider } from "./provider.ts";
import {
  readCheck,
  readDiff,
  readSubject,
  readTimeout,
  writeCheck,
  writeDiff,
  writeError,
  writeFailures,
} from "./wire.ts";

/** The engine's own limit on a message, in bytes. */
const MESSAGE_LIMIT = 400 * 1024 * 1024;

/** A provider that listens. */
export interface Serving {
  readonly port: number;
  /** Aborts what is under way, then ends. */
  stop(): Promise<void>;
}

/** Serves a provider on a free port of the loopback interface. `engineAddress` absent: its logs go nowhere. */
export async function serve(provider: Provider, engineAddress?: string): Promise<Serving> {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MESSAGE_LIMIT,
    "grpc.max_send_message_length": MESSAGE_LIMIT,
  });
  const stopping = new AbortController();
  const session: Session = { engine: engineAddress ? connectEngine(engineAddress) : undefined, stopping };
  server.addService(stubs.ResourceProviderService, implementation(provider, session));
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        stopping.abort(new Cancelled("the provider was stopped"));
        server.tryShutdown(() => resolve());
      }),
  };
}

interface Session {
  engine: Engine | undefined;
  readonly stopping: AbortController;
}

function implementation(provider: Provider, session: Session): UntypedServiceImplementation {
  const handle = <Request, Response>(
    answer: (message: Request, call: Call) => Response | Promise<Response>,
  ): handleUnaryCall<Request, Response> => {
    return (call, callback) => {
      Promise.resolve()
        .then(() => answer(call.request, callOf(call, session)))
        .then(
          (response) => callback(null, response),
          (error: unknown) => callback(writeError(error)),
        );
    };
  };
  return {
    handshake: handle((message: pb.ProviderHandshakeRequest) => {
      session.engine ??= connectEngine(message.getEngineAddress());
      return handshakeResponse();
    }),
    attach: handle(() => new emptyPb.Empty()),
    getPluginInfo: handle(() => new pluginPb.PluginInfo().setVersion(provider.version)),
    getSchema: handle(() => {
      const { name, version } = provider;
      return new providerPb.GetSchemaResponse().setSchema(provider.schema?.() ?? JSON.stringify({ name, version }));
    }),
    checkConfig: handle(async (message: pb.CheckRequest, call) => {
      const request = readCheck(message);
      return writeCheck((await provider.checkConfig?.(request, call)) ?? { inputs: request.news });
    }),
    diffConfig: handle(async (message: pb.DiffRequest, call) => {
      const request = readDiff(message);
      return writeDiff((await provider.diffConfig?.(request, call)) ?? changedKeys(request.oldInputs, request.news));
    }),
    configure: handle(async (message: pb.ConfigureRequest, call) => {
      await provider.configure({ args: unmarshal(message.getArgs()) }, call);
      return configureResponse();
    }),
    check: handle(async (message: pb.CheckRequest, call) => writeCheck(await provider.check(readCheck(message), call))),
    diff: handle(async (message: pb.DiffRequest, call) => writeDiff(await provider.diff(readDiff(message), call))),
    create: handle(async (message: pb.CreateRequest, call) => {
      const inputs = unmarshal(message.getProperties());
      const { id, outputs } = await provider.create(
        { ...readSubject(message), inputs, preview: message.getPreview(), timeoutSeconds: readTimeout(message) },
        call,
      );
      return new providerPb.CreateResponse().setId(id).setProperties(marshal(outputs));
    }),
    update: handle(async (message: pb.UpdateRequest, call) => {
      const request = {
        ...readSubject(message),
        id: message.getId(),
        oldInputs: unmarshal(message.getOldInputs()),
        oldOutputs: unmarshal(message.getOlds()),
        inputs: unmarshal(message.getNews()),
        preview: message.getPreview(),
        timeoutSeconds: readTimeout(message),
        ignoreChanges: message.getIgnorechangesList(),
      };
      return new providerPb.UpdateResponse().setProperties(marshal(await provider.update(request, call)));
    }),
    read: handle(async (message: pb.ReadRequest, call) => {
      const state = unmarshal(message.getProperties());
      const inputs = unmarshal(message.getInputs());
      const found = await provider.read({ ...readSubject(message), id: message.getId(), inputs, state }, call);
      const response = new providerPb.ReadResponse();
      if (found === undefined) return response;
      return response.setId(found.id).setProperties(marshal(found.outputs)).setInputs(marshal(found.inputs));
    }),
    delete: handle(async (message: pb.DeleteRequest, call) => {
      const state = unmarshal(message.getProperties());
      const inputs = unmarshal(message.getOldInputs());
      const about = { ...readSubject(message), id: message.getId(), timeoutSeconds: readTimeout(message) };
      await provider.delete({ ...about, inputs, state }, call);
      return new emptyPb.Empty();
    }),
    invoke: handle(async (message: pb.InvokeRequest, call) => {
      const token = message.getTok();
      if (!provider.invoke) throw new Error(`the provider ${provider.name} has no functions; ${token} was called`);
      const args = unmarshal(message.getArgs());
      const answer = await provider.invoke({ token, args, preview: message.getPreview() }, call);
      const response = new providerPb.InvokeResponse();
      if ("failures" in answer) return response.setFailuresList(writeFailures(answer.failures));
      return response.setReturn(marshal(answer.result));
    }),
    construct: handle(async (message: pb.ConstructRequest, call) => {
      if (!provider.construct) throw new Error(`the provider ${provider.name} has no component ${message.getType()}`);
      return await provider.construct(message, call);
    }),
    cancel: handle(() => {
      session.stopping.abort(new Cancelled());
      return new emptyPb.Empty();
    }),
  };
}

/** The provider keeps secrets apart itself, and sees references to resources; outputs come as plain or unknown. */
function handshakeResponse(): pb.ProviderHandshakeResponse {
  return new providerPb.ProviderHandshakeResponse()
    .setAcceptSecrets(true)
    .setAcceptResources(true)
    .setAcceptOutputs(false)
    .setSupportsAutonamingConfiguration(true);
}

function configureResponse(): pb.ConfigureResponse {
  return new providerPb.ConfigureResponse()
    .setAcceptsecrets(true)
    .setSupportspreview(true)
    .setAcceptresources(true)
    .setAcceptoutputs(false)
    .setSupportsAutonamingConfiguration(true);
}

function callOf(call: ServerUnaryCall<unknown, unknown>, { engine, stopping }: Session): Call {
  const dropped = new AbortController();
  call.on("cancelled", () => dropped.abort(new Cancelled("the engine dropped the call")));
  const urn = (call.request as { getUrn?(): string }).getUrn?.() ?? "";
  return {
    signal: AbortSignal.any([stopping.signal, dropped.signal]),
    log: (severity, message) => engine?.log(urn, severity, message, false),
    status: (message) => engine?.log(urn, "info", message, true),
  };
}

function changedKeys(olds: Parameters<typeof marshal>[0], news: Parameters<typeof marshal>[0]) {
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
  const changed = keys.filter((key) => !sameValue(olds[key] ?? null, news[key] ?? null));
  return { changes: changed.map((key) => ({ path: [key], kind: "update" as const })) };
}
