import { secretEnvRefForbidden } from "./secret-env-ref-forbidden.ts";
import { secretLiteralForbidden } from "./secret-literal-forbidden.ts";
import { secretValueTraced } from "./secret-value-traced.ts";

export const SECRETS = [secretLiteralForbidden, secretValueTraced, secretEnvRefForbidden] as const;
