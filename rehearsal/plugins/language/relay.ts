import type { ServerWritableStream } from "@grpc/grpc-js";
import type { RunPluginRequest, RunPluginResponse } from "@pulumi/pulumi/proto/language_pb.js";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import type { Ending } from "./children.ts";

/** The engine's call to run a plugin: it stays open as long as the plugin runs, and carries what the plugin prints. */
export type PluginCall = ServerWritableStream<RunPluginRequest, RunPluginResponse>;

/** Sends what a plugin prints, and how it ends, to the engine. */
export interface Relay {
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
  /** The last thing sent. */
  end(ending: Ending): void;
}

/** A process that ended by a signal has no exit code; the shell's custom is to say 128 and more. */
const BY_SIGNAL = 130;

export function relayTo(call: PluginCall): Relay {
  const send = (message: RunPluginResponse) => {
    if (!call.cancelled) call.write(message);
  };
  return {
    stdout: (chunk) => send(new languagePb.RunPluginResponse().setStdout(chunk)),
    stderr: (chunk) => send(new languagePb.RunPluginResponse().setStderr(chunk)),
    end({ code }) {
      send(new languagePb.RunPluginResponse().setExitcode(code ?? BY_SIGNAL));
      call.end();
    },
  };
}
