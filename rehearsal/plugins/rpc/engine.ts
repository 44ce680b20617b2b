import grpc from "@grpc/grpc-js";
import engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import type { Severity } from "./provider.ts";

/** What a provider can tell the engine that runs it. */
export interface Engine {
  /** `ephemeral`: shown while the resource is worked on, and in no log. */
  log(urn: string, severity: Severity, message: string, ephemeral: boolean): void;
}

const SEVERITIES = {
  debug: enginePb.LogSeverity.DEBUG,
  info: enginePb.LogSeverity.INFO,
  warning: enginePb.LogSeverity.WARNING,
  error: enginePb.LogSeverity.ERROR,
} as const;

/** Connects to the engine's log. `address` is what the engine gives as first argument, such as `127.0.0.1:41231`. */
export function connectEngine(address: string): Engine {
  const client = new engineService.EngineClient(address, grpc.credentials.createInsecure());
  return {
    log(urn, severity, message, ephemeral) {
      const request = new enginePb.LogRequest();
      request.setUrn(urn);
      request.setSeverity(SEVERITIES[severity]);
      request.setMessage(message);
      request.setEphemeral(ephemeral);
      // An engine that is gone needs no log.
      client.log(request, () => {});
    },
  };
}
