export { Objective, type ObjectiveArgs } from "./objective.ts";
export { type ObjectivePlanArgs, objectivePlan } from "./objective-plan.ts";
