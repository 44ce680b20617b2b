import { type Problem, refuse } from "./invalid.ts";

/** What an argument is before anything else is asked of it. */
type Shape =
  | "a text"
  | "a list of texts"
  | "a list"
  | "a list of objects"
  | "an object"
  | "an object of objects, by name";

/**
 * The shape of every argument that is looked into, by its path. A part `*` stands for every name, and a path that ends in `?` may be left
 * out: `{ zones: "a list of texts", "tenants.*.namespaces": "a list of texts", "backup?": "an object" }`.
 */
export type Shapes = Readonly<Record<string, Shape>>;

/**
 * Throws {@link InvalidArgsError} if arguments are not of the shape that is looked into: what a program without types, or a file, brings as
 * `null` or as one thing where a list belongs.
 */
export function refuseShape(subject: string, args: unknown, shapes: Shapes): void {
  if (!isObject(args)) refuse(subject, [{ field: "the arguments", given: args, allowed: "an object" }]);
  refuse(subject, shapeProblems(args, shapes));
}

/** Every argument that is not of its shape. Nothing is said of what is in one that is no object itself. */
export function shapeProblems(args: unknown, shapes: Shapes): Problem[] {
  return Object.entries(shapes).flatMap(([path, shape]) => {
    const optional = path.endsWith("?");
    return placesOf(args, (optional ? path.slice(0, -1) : path).split(".")).flatMap(({ field, given }) =>
      optional && given === undefined ? [] : problems(field, given, shape),
    );
  });
}

interface Place {
  readonly field: string;
  readonly given: unknown;
}

function placesOf(args: unknown, parts: readonly string[]): Place[] {
  return parts.reduce<Place[]>(
    (places, part) =>
      places.flatMap(({ field, given }) => {
        if (!isObject(given)) return [];
        const names = part === "*" ? Object.keys(given) : [part];
        return names.map((name) => ({ field: field === "" ? name : `${field}.${name}`, given: given[name] }));
      }),
    [{ field: "", given: args }],
  );
}

function problems(field: string, given: unknown, shape: Shape): Problem[] {
  switch (shape) {
    case "a text":
      return typeof given === "string" ? [] : [{ field, given, allowed: shape }];
    case "an object":
      return isObject(given) ? [] : [{ field, given, allowed: shape }];
    case "an object of objects, by name":
      if (!isObject(given)) return [{ field, given, allowed: shape }];
      return Object.entries(given).flatMap(([name, one]) => problems(`${field}.${name}`, one, "an object"));
    default: {
      if (!Array.isArray(given)) return [{ field, given, allowed: shape }];
      const each = ({ "a list": undefined, "a list of texts": "a text", "a list of objects": "an object" } as const)[
        shape
      ];
      return each === undefined ? [] : given.flatMap((one, index) => problems(`${field}[${index}]`, one, each));
    }
  }
}

function isObject(given: unknown): given is Record<string, unknown> {
  return typeof given === "object" && given !== null && !Array.isArray(given);
}
