import { statefulProtected } from "./stateful-protected.ts";

export const RECOVERY = [statefulProtected] as const;
