export { Access, type AccessArgs } from "./access.ts";
export { GROUP, isGroup, type People } from "./access-plan.ts";
export { breakGlassAlerts, breakGlassReceiver, breakGlassRecorded } from "./break-glass.ts";
