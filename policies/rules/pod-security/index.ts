import { seccompRequired } from "./seccomp-required.ts";

export const POD_SECURITY = [seccompRequired] as const;
