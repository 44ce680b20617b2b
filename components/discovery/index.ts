export type { CatalogSyncArgs, ConsulArgs } from "./consul/args.ts";
export { Discovery, type DiscoveryArgs, type KubernetesDnsArgs } from "./discovery.ts";
export { podName, portName, serviceName } from "./kubernetes-plan.ts";
export type { OutsideArgs } from "./outside.ts";
export type { StubDomain } from "./stub-domain.ts";
