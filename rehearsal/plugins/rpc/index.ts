/** Base of the resource providers: gRPC, property values and their secrets, errors, logs, and the life of a plugin. */
export { answerConstruct } from "./construct.ts";
export * from "./failure.ts";
export { formatPath, type PathStep } from "./path.ts";
export * from "./property.ts";
export type * from "./provider.ts";
export { runPlugin } from "./run.ts";
