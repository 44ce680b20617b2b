import type { ChildProcess } from "node:child_process";
import grpc, { type MethodDefinition, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import analyzerGrpc from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import analyzerPb from "@pulumi/pulumi/proto/analyzer_pb.js";
import { type Children, ended, stop } from "./children.ts";
import { LIMITS, listen } from "./listen.ts";
import { policyPackCommand } from "./plugin.ts";
import { type PluginCall, relayTo } from "./relay.ts";
import { stackSettings } from "./settings.ts";

type Method = MethodDefinition<Buffer, Buffer>;
type Handler = (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => void;

/**
 * Runs a policy pack for the engine.
 *
 * A pack reads the stack's settings from its environment, but the engine tells them by a call to a server that runs
 * already. So this stands before the pack: it answers at once, starts the pack when the settings are known, and passes
 * every other call on, unread. A call that comes before the settings (`pulumi policy publish` makes such) starts the
 * pack without them.
 */
export async function runPolicyPack(call: PluginCall, children: Children): Promise<void> {
  const relay = relayTo(call);
  const server = new grpc.Server(LIMITS);
  let child: ChildProcess | undefined;
  let pack: Promise<grpc.Client> | undefined;

  const start = async (settings: Record<string, string>) => {
    child = children.start(policyPackCommand(call.request, settings), "pipe");
    child.stderr?.on("data", relay.stderr);
    const end = ended(child);
    end.then(relay.end, () => relay.end({ code: 1, signal: null })).finally(() => server.tryShutdown(() => {}));
    return connect(await Promise.race([portOf(child, relay.stdout), end.then(endedEarly)]));
  };

  const handlers: Record<string, Handler> = {
    handshake: (_, callback) => callback(null, bytes(new analyzerPb.AnalyzerHandshakeResponse())),
    // The engine drops the call to run the pack as well, and that ends it.
    cancel: (_, callback) => callback(null, Buffer.alloc(0)),
    configureStack: ({ request }, callback) => {
      pack ??= start(stackSettings(analyzerPb.AnalyzerStackConfigureRequest.deserializeBinary(request))).then(
        (client) => tell(client, request),
      );
      pack.catch(() => {});
      callback(null, bytes(new analyzerPb.AnalyzerStackConfigureResponse()));
    },
  };
  const pass =
    (method: Method): Handler =>
    ({ request, metadata }, callback) => {
      pack ??= start({});
      pack.then(
        (client) => client.makeUnaryRequest(method.path, same, same, request, metadata, callback as never),
        (error: Error) => callback({ code: grpc.status.INTERNAL, message: error.message }),
      );
    };
  server.addService(
    Object.fromEntries(METHODS),
    Object.fromEntries(METHODS.map(([name, method]) => [name, handlers[name] ?? pass(method)])),
  );

  call.on("cancelled", () => {
    if (child) void stop(child);
    server.forceShutdown();
  });
  relay.stdout(Buffer.from(`${await listen(server)}\n`));
}

const same = (message: Buffer) => message;
const bytes = (message: { serializeBinary(): Uint8Array }) => Buffer.from(message.serializeBinary());

/** The analyzer's methods, their messages left as bytes. */
const METHODS = Object.entries(analyzerGrpc.AnalyzerService).map(([name, method]): [string, Method] => [
  name,
  {
    ...(method as unknown as Method),
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  },
]);

/** The first line that a pack prints is its port; the rest goes to `print`. */
function portOf(child: ChildProcess, print: (chunk: Buffer) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    let found = false;
    child.stdout?.on("data", (chunk: Buffer) => {
      if (found) return print(chunk);
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf("\n");
      if (end < 0) return;
      found = true;
      const line = head.toString("utf8", 0, end).trim();
      if (/^\d+$/.test(line)) resolve(Number(line));
      else reject(new Error(`the policy pack printed ${JSON.stringify(line)} before its port: ${PRINT_NOTHING}`));
      if (head.length > end + 1) print(head.subarray(end + 1));
    });
  });
}

const PRINT_NOTHING = "it must print nothing to standard output while it loads; console.error is fine";

function connect(port: number): grpc.Client {
  return new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), LIMITS);
}

/** Tells the pack about the stack as well, for what is not in its environment: the tags. Old packs do not know the call. */
function tell(client: grpc.Client, request: Buffer): Promise<grpc.Client> {
  const { path } = analyzerGrpc.AnalyzerService.configureStack;
  return new Promise((resolve, reject) =>
    client.makeUnaryRequest(path, same, same, request, (error) => {
      if (error && error.code !== grpc.status.UNIMPLEMENTED) reject(error);
      else resolve(client);
    }),
  );
}

function endedEarly({ code, signal }: { code: number | null; signal: string | null }): never {
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  throw new Error(`the policy pack ended before it was ready (${how}); what it printed says why`);
}
