import { JsonPathError, parseJsonPath, selectPath } from "../jsonpath.ts";
import { conditionOf, type Json, type KubeObject, numberAt, textAt } from "../object.ts";
import { givenUp } from "./custom.ts";
import { isKnownStale, READY, type Readiness, type Rule, waiting } from "./readiness.ts";

/** The annotation `pulumi.com/waitFor` cannot be read. */
class WaitForError extends Error {
  override readonly name = "WaitForError";
}

/**
 * Reads `pulumi.com/waitFor`: `jsonpath={.path}`, `jsonpath={.path}=value`, `condition=Type`, `condition=Type=Status`,
 * or a JSON array of those, which must all hold. A controller that has given up, by its condition `Stalled` or `Failed`, is not waited
 * for: the official provider waits until its time is over. Throws {@link WaitForError}.
 */
export function parseWaitFor(annotation: string): Rule {
  const expressions = listOf(annotation).map(parseExpression);
  if (expressions.length === 0) throw new WaitForError("pulumi.com/waitFor: at least one condition must be specified");
  return {
    judge(object) {
      const open = expressions.map((expression) => expression(object)).filter((verdict) => !verdict.ready);
      if (open.length === 0) return READY;
      const given = isKnownStale(object) ? undefined : givenUp(object);
      return given ?? waiting(open.map(({ waitingFor }) => waitingFor).join(" and "));
    },
  };
}

function listOf(annotation: string): readonly string[] {
  try {
    const parsed = JSON.parse(annotation) as Json;
    if (Array.isArray(parsed) && parsed.every((item) => typeof item === "string")) return parsed;
  } catch {
    // One expression, not a list of them.
  }
  return [annotation];
}

type Expression = (object: KubeObject) => Readiness;

function parseExpression(text: string): Expression {
  if (text.startsWith("jsonpath=")) return jsonPath(text.slice("jsonpath=".length));
  if (text.startsWith("condition=")) return condition(text.slice("condition=".length));
  throw new WaitForError(
    `pulumi.com/waitFor: expected a "jsonpath=" or "condition=" prefix, got ${JSON.stringify(text)}`,
  );
}

function condition(text: string): Expression {
  const [type = "", wanted = "True"] = text.split("=");
  return (object) => {
    const found = conditionOf(object, type);
    const status = textAt(found, "status");
    const observed = numberAt(found, "observedGeneration") ?? numberAt(object, "status", "observedGeneration");
    if (observed !== undefined && observed < (numberAt(object, "metadata", "generation") ?? 0))
      return waiting(`the condition ${type} tells of an older version`);
    if (status?.toLowerCase() === wanted.toLowerCase()) return READY;
    const is = status === undefined ? "it is not there" : `it is ${status}`;
    const why = textAt(found, "message");
    return waiting(`the condition ${type}=${wanted} (${why ? `${is}: ${why}` : is})`);
  };
}

function jsonPath(text: string): Expression {
  const shape = /^\{\s*(.*?)\s*\}(?:=(.*))?$/s.exec(text);
  if (text.startsWith("'")) throw new WaitForError(`pulumi.com/waitFor: ${text} should omit shell quotes`);
  if (shape === null) throw new WaitForError(`pulumi.com/waitFor: ${text} should be wrapped in brackets { ... }`);
  const [, path = "", wanted] = shape;
  if (wanted === "") throw new WaitForError(`pulumi.com/waitFor: {${path}}= requires a value`);
  const steps = parsed(path);
  return (object) => {
    if (isKnownStale(object)) return waiting("its controller has to see the change");
    const [found] = selectPath(object, steps);
    if (found === undefined) return waiting(`{${path}}, which selects nothing yet`);
    if (wanted === undefined || String(found) === wanted) return READY;
    return waiting(`{${path}}=${wanted} (it is ${JSON.stringify(found)})`);
  };
}

function parsed(path: string) {
  try {
    return parseJsonPath(path);
  } catch (error) {
    if (error instanceof JsonPathError) throw new WaitForError(`pulumi.com/waitFor: {${path}}: ${error.message}`);
    throw error;
  }
}
