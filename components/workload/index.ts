export { Application, type ApplicationArgs, type ApplicationServiceArgs } from "./application.ts";
export { Microservice } from "./microservice.ts";
export type { MicroserviceArgs, Probes, Scaling, Shutdown } from "./microservice-args.ts";
export type { Runtime } from "./runtime.ts";
