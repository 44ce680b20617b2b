export { Application, type ApplicationArgs, type ApplicationServiceArgs } from "./application.ts";
export { CronTask, type CronTaskOptions } from "./cron-task.ts";
export { Microservice } from "./microservice.ts";
export type { MicroserviceArgs, ServiceScaling, Shutdown } from "./microservice-args.ts";
export type { Probes, Scaling } from "./replicas-args.ts";
export type { Right, Rights } from "./rights.ts";
export type { Runtime } from "./runtime.ts";
export type { Telemetry } from "./telemetry.ts";
export { Worker, type WorkerArgs } from "./worker.ts";
