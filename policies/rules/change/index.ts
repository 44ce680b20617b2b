import { environmentParity } from "./environment-parity.ts";
import { flagDefaultDeclared } from "./flag-default-declared.ts";
import { statefulReplacementWaived } from "./stateful-replacement-waived.ts";

export const CHANGE = [statefulReplacementWaived, environmentParity, flagDefaultDeclared] as const;
