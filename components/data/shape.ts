import { type Problem, refuse } from "../core/invalid.ts";

/** What an argument is before anything else is asked of it. */
type Shape = "a list" | "an object" | "an object of objects, by name";

/** What every store may be given that is looked into. */
const OPTIONAL: Readonly<Record<string, Shape>> = {
  aws: "an object",
  backup: "an object",
  erasure: "an object",
  objectives: "an object",
  rates: "an object",
  replication: "an object",
  resources: "an object",
  restore: "an object",
  transform: "an object",
};

/**
 * Throws {@link InvalidArgsError} if arguments are not of the shape that a store looks into: what a program without types, or a file, brings as
 * `null` or as one thing where a list belongs. `own` is what this kind of store must be given.
 */
export function refuseShape(subject: string, args: unknown, own: Readonly<Record<string, Shape>>): void {
  if (!is("an object", args)) refuse(subject, [{ field: "the arguments", given: args, allowed: "an object" }]);
  const given = args as Record<string, unknown>;
  const inCluster: Record<string, Shape> = { zones: "a list", issuer: "an object" };
  const required = { namespace: "an object", ...(given.backend !== "aws" && inCluster), ...own } as const;
  refuse(subject, [
    ...Object.entries(required).flatMap(([field, shape]) => problems(field, given[field], shape)),
    ...Object.entries(OPTIONAL).flatMap(([field, shape]) =>
      given[field] === undefined ? [] : problems(field, given[field], shape),
    ),
  ]);
}

function problems(field: string, given: unknown, shape: Shape): Problem[] {
  if (!is(shape, given)) return [{ field, given, allowed: shape }];
  if (shape !== "an object of objects, by name") return [];
  return Object.entries(given as object).flatMap(([name, one]) => problems(`${field}.${name}`, one, "an object"));
}

function is(shape: Shape, given: unknown): boolean {
  return shape === "a list"
    ? Array.isArray(given)
    : typeof given === "object" && given !== null && !Array.isArray(given);
}
