export { Application, type ApplicationArgs, type ApplicationServiceArgs } from "./application.ts";
export type { Call, Calls, Fallback } from "./calls/call.ts";
export { CronTask, type CronTaskOptions } from "./cron-task.ts";
export { Microservice } from "./microservice.ts";
export type { MicroserviceArgs, Shutdown } from "./microservice-args.ts";
export type { Probes, Scaling } from "./replicas-args.ts";
export type { Right, Rights } from "./rights.ts";
export type { Runtime } from "./runtime.ts";
export { Worker, type WorkerArgs } from "./worker.ts";
