import type { AnalyzerStackConfigureRequest } from "@pulumi/pulumi/proto/analyzer_pb.js";
import { recordOf } from "./record.ts";

/** How a policy pack learns about the stack: `pulumi.getStack()` and the like read these environment variables. */
export function stackSettings(request: AnalyzerStackConfigureRequest): Record<string, string> {
  const about = {
    ORGANIZATION: request.getOrganization(),
    PROJECT: request.getProject(),
    STACK: request.getStack(),
    DRY_RUN: String(request.getDryRun()),
  };
  // The SDK reads the names with NODEJS; the plain names are those that Pulumi is moving to.
  const names = Object.entries(about).filter(([, value]) => value !== "");
  return {
    ...Object.fromEntries(names.map(([name, value]) => [`PULUMI_${name}`, value])),
    ...Object.fromEntries(names.map(([name, value]) => [`PULUMI_NODEJS_${name}`, value])),
    PULUMI_CONFIG: JSON.stringify(recordOf(request.getConfigMap())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigSecretKeysList()),
  };
}
