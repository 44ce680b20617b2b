import type { EngineEvent as AutomationEvent, StepEventMetadata } from "@pulumi/pulumi/automation/events.js";

/** An event of the Pulumi engine: what the Automation API types, and what the engine sends beyond that. */
export type EngineEvent = AutomationEvent & {
  /** The policy packs are being loaded. */
  readonly policyLoadEvent?: object;
  /** The operation itself failed, outside any resource. */
  readonly errorEvent?: { readonly error: string };
};

export type Step = StepEventMetadata;

/** What happens to a resource, in the words of the engine. */
export type Operation = Step["op"];
