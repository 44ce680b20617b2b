import grpc, {
  type handleUnaryCall,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type * as pb from "@pulumi/pulumi/proto/language_pb.js";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { type Children, ended, stop } from "./children.ts";
import { programDependencies } from "./dependencies.ts";
import { installCommand } from "./install.ts";
import { runtimeOptions } from "./options.ts";
import { type RequiredPackage, requiredPackages } from "./packages.ts";
import { pluginCommand } from "./plugin.ts";
import { runPolicyPack } from "./policy.ts";
import { outcomeOf, programCommand } from "./program.ts";
import { type PluginCall, relayTo } from "./relay.ts";
import { locateRunner } from "./sdk.ts";

/** What the engine is told about this launcher. */
export interface About {
  /** The version of `@pulumi/pulumi` whose protocol is spoken. */
  readonly version: string;
}

/**
 * The engine's language runtime for Node.js: starts programs, plugins and policy packs on the runners that
 * `@pulumi/pulumi` ships. `engineAddress` is where a program finds the engine's log.
 */
export function languageHost(engineAddress: string, about: About, children: Children): UntypedServiceImplementation {
  let engine = engineAddress;
  return {
    handshake: unary((request: pb.LanguageHandshakeRequest) => {
      engine = request.getEngineAddress() || engine;
      return new languagePb.LanguageHandshakeResponse();
    }),
    getPluginInfo: unary(() => new pluginPb.PluginInfo().setVersion(about.version)),
    about: unary(() => {
      const response = new languagePb.AboutResponse().setExecutable(process.execPath).setVersion(process.version);
      response.getMetadataMap().set("launcher", `Plumbline's, for @pulumi/pulumi ${about.version}`);
      return response;
    }),
    getRequiredPackages: unary((request: pb.GetRequiredPackagesRequest) => {
      const packages = requiredPackages(request.getInfo()?.getProgramDirectory() ?? ".");
      return new languagePb.GetRequiredPackagesResponse().setPackagesList(packages.map(packageDependency));
    }),
    getProgramDependencies: unary((request: pb.GetProgramDependenciesRequest) => {
      const directory = request.getInfo()?.getProgramDirectory() ?? ".";
      const found = programDependencies(directory, request.getTransitivedependencies());
      const list = found.map(({ name, version }) => new languagePb.DependencyInfo().setName(name).setVersion(version));
      return new languagePb.GetProgramDependenciesResponse().setDependenciesList(list);
    }),
    runtimeOptionsPrompts: unary(() => new languagePb.RuntimeOptionsResponse()),
    template: unary(() => new languagePb.TemplateResponse()),
    run: unary((request: pb.RunRequest, call) => runProgram(request, call, engine, children)),
    runPlugin: stream((call: PluginCall) => {
      if (call.request.getAttachDebugger()) throw notSupported("attaching a debugger");
      return call.request.getKind() === "analyzer" ? runPolicyPack(call, children) : runPlugin(call, children);
    }),
    installDependencies: stream((call: InstallCall) => installDependencies(call, children)),
    cancel: unary(async () => {
      await children.stopAll();
      return new emptyPb.Empty();
    }),
    generateProgram: unsupported("generating a program"),
    generateProject: unsupported("generating a project"),
    generatePackage: unsupported("generating an SDK"),
    pack: unsupported("packing an SDK"),
    link: unsupported("linking an SDK"),
  };
}

type InstallCall = ServerWritableStream<pb.InstallDependenciesRequest, pb.InstallDependenciesResponse>;

async function runProgram(
  request: pb.RunRequest,
  call: ServerUnaryCall<pb.RunRequest, pb.RunResponse>,
  engine: string,
  children: Children,
): Promise<pb.RunResponse> {
  if (request.getAttachDebugger()) throw notSupported("attaching a debugger");
  const directory = request.getInfo()?.getProgramDirectory() || request.getPwd();
  const child = children.start(programCommand(request, engine, locateRunner("run", directory)), "inherit");
  call.on("cancelled", () => void stop(child));
  const { error, bail } = outcomeOf(await ended(child));
  return new languagePb.RunResponse().setError(error).setBail(bail);
}

async function runPlugin(call: PluginCall, children: Children): Promise<void> {
  const relay = relayTo(call);
  const child = children.start(pluginCommand(call.request), "pipe");
  child.stdout?.on("data", relay.stdout);
  child.stderr?.on("data", relay.stderr);
  call.on("cancelled", () => void stop(child));
  relay.end(await ended(child));
}

async function installDependencies(call: InstallCall, children: Children): Promise<void> {
  const { packageManager } = runtimeOptions(call.request.getInfo());
  const directory = call.request.getInfo()?.getProgramDirectory() || call.request.getDirectory();
  const command = installCommand(directory, packageManager);
  const response = () => new languagePb.InstallDependenciesResponse();
  call.write(response().setStdout(Buffer.from(`Installing dependencies with ${command.file} in ${command.cwd}\n`)));
  const child = children.start(command, "pipe");
  child.stdout?.on("data", (chunk: Buffer) => call.write(response().setStdout(chunk)));
  child.stderr?.on("data", (chunk: Buffer) => call.write(response().setStderr(chunk)));
  call.on("cancelled", () => void stop(child));
  const { code } = await ended(child);
  if (code !== 0) throw new Error(`${command.file} ${command.args.join(" ")} failed in ${command.cwd}`);
  call.end();
}

function packageDependency({ name, version, server, parameterization }: RequiredPackage): pluginPb.PackageDependency {
  const dependency = new pluginPb.PackageDependency();
  dependency.setName(name).setKind("resource").setVersion(version).setServer(server);
  if (parameterization) {
    const parameter = new pluginPb.PackageParameterization().setValue(parameterization.value);
    parameter.setName(parameterization.name).setVersion(parameterization.version);
    dependency.setParameterization(parameter);
  }
  return dependency;
}

class NotSupported extends Error {}

function notSupported(what: string): NotSupported {
  return new NotSupported(
    `${what} is not supported by Plumbline's launcher for Node.js, which is used where Pulumi's own is not installed; ` +
      "install Pulumi (https://www.pulumi.com/docs/install/) for it",
  );
}

const unsupported = (what: string) =>
  unary(() => {
    throw notSupported(what);
  });

function grpcError(error: unknown) {
  const code = error instanceof NotSupported ? grpc.status.UNIMPLEMENTED : grpc.status.UNKNOWN;
  return { code, message: error instanceof Error ? error.message : String(error) };
}

function unary<Request, Response>(
  answer: (request: Request, call: ServerUnaryCall<Request, Response>) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback: sendUnaryData<Response>) => {
    Promise.resolve()
      .then(() => answer(call.request, call))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(grpcError(error)),
      );
  };
}

/** A call whose answer is a stream: an error ends the stream. */
function stream<Request, Response>(answer: (call: ServerWritableStream<Request, Response>) => Promise<void>) {
  return (call: ServerWritableStream<Request, Response>) => {
    Promise.resolve()
      .then(() => answer(call))
      .catch((error: unknown) => call.emit("error", grpcError(error)));
  };
}
