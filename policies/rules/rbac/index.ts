import { saTokenAutomountForbidden } from "./sa-token-automount-forbidden.ts";

export const RBAC = [saTokenAutomountForbidden] as const;
