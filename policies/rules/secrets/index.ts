import { secretLiteralForbidden } from "./secret-literal-forbidden.ts";

export const SECRETS = [secretLiteralForbidden] as const;
