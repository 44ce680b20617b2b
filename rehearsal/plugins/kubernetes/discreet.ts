import { type Call, type CheckFailure, InitFailed, isPropertyMap, type PropertyValue } from "../rpc/index.ts";
import { redactor } from "./secrets.ts";

type Operation<Request, Result> = (request: Request, call: Call) => Promise<Result>;

/**
 * The same operation, of which no message holds a secret of its request: not the error it ends with, not the reasons
 * that it answers with, not what it says while it works.
 */
export function discreet<Request extends object, Result>(
  operation: Operation<Request, Result>,
): Operation<Request, Result> {
  return async (request, call) => {
    const clean = redactor((Object.values(request) as PropertyValue[]).filter(isPropertyMap));
    const quiet: Call = {
      signal: call.signal,
      log: (severity, message) => call.log(severity, clean(message)),
      status: (message) => call.status(clean(message)),
    };
    try {
      return withReasons(await operation(request, quiet), clean);
    } catch (error) {
      if (error instanceof InitFailed)
        throw new InitFailed(error.id, error.outputs, error.inputs, error.reasons.map(clean));
      if (error instanceof Error) error.message = clean(error.message);
      throw error;
    }
  };
}

/** Why inputs cannot be used is said in the answer, not by an error. */
function withReasons<Result>(result: Result, clean: (message: string) => string): Result {
  const { failures } = (result ?? {}) as { readonly failures?: readonly CheckFailure[] };
  if (failures === undefined) return result;
  return { ...result, failures: failures.map((failure) => ({ ...failure, reason: clean(failure.reason) })) };
}
