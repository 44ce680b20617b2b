import type { CheckFailure, PropertyMap } from "../rpc/index.ts";
import { type Input, KEEPERS } from "./kind.ts";
import { pick, secureSource, shuffle } from "./source.ts";

/** The classes of characters that a random text is made of. */
const CLASSES = {
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  lower: "abcdefghijklmnopqrstuvwxyz",
  numeric: "0123456789",
  special: "!@#$%&*()-_=+[]{}<>:?",
} as const;

const YES: Input = { type: "boolean", default: true };
const NONE: Input = { type: "integer", default: 0, least: 0 };

/** The inputs of RandomString and RandomPassword. */
export const TEXT_INPUTS: Readonly<Record<string, Input>> = {
  length: { type: "integer", required: true, least: 1 },
  upper: YES,
  minUpper: NONE,
  lower: YES,
  minLower: NONE,
  // The old name of `numeric`: the two say the same.
  number: YES,
  numeric: YES,
  minNumeric: NONE,
  special: YES,
  minSpecial: NONE,
  overrideSpecial: { type: "string" },
  keepers: KEEPERS,
};

/** The inputs of a random text, when they are right. */
interface TextInputs {
  readonly length: number;
  readonly upper: boolean;
  readonly minUpper: number;
  readonly lower: boolean;
  readonly minLower: number;
  readonly number: boolean;
  readonly numeric: boolean;
  readonly minNumeric: number;
  readonly special: boolean;
  readonly minSpecial: number;
  readonly overrideSpecial?: string;
}

/** Where one of `number` and `numeric` is given, the other follows it. */
export function completeText(inputs: PropertyMap, given: PropertyMap): PropertyMap {
  if (given.numeric === undefined && given.number !== undefined) return { ...inputs, numeric: given.number };
  if (given.number === undefined && given.numeric !== undefined) return { ...inputs, number: given.numeric };
  return inputs;
}

export function checkText(inputs: PropertyMap): CheckFailure[] {
  const { length, upper, lower, number, numeric, special, ...rest } = inputs as unknown as TextInputs;
  const failures: CheckFailure[] = [];
  const least = rest.minUpper + rest.minLower + rest.minNumeric + rest.minSpecial;
  if (number !== numeric) {
    const reason = `number is ${number} and numeric is ${numeric}; number is the old name of numeric: leave it out`;
    failures.push({ property: "number", reason });
  }
  if (length < least) {
    const reason = `is ${length}; minUpper, minLower, minNumeric and minSpecial together ask for ${least} characters`;
    failures.push({ property: "length", reason });
  }
  if (!upper && !lower && !numeric && !special) {
    failures.push({ property: "upper", reason: "at least one of upper, lower, numeric and special must be true" });
  }
  return failures;
}

/** Draws a text: as many of each class as asked for, the rest from all that are allowed, in any order. */
export function drawText(inputs: PropertyMap): string {
  const { overrideSpecial, ...args } = inputs as unknown as TextInputs;
  const classes = { ...CLASSES, special: overrideSpecial || CLASSES.special };
  const draw = (characters: string, count: number) => {
    const from = [...characters];
    return Array.from({ length: count }, () => pick(from, secureSource));
  };
  const asked = [
    ...draw(classes.upper, args.minUpper),
    ...draw(classes.lower, args.minLower),
    ...draw(classes.numeric, args.minNumeric),
    ...draw(classes.special, args.minSpecial),
  ];
  const allowed = (["upper", "lower", "numeric", "special"] as const).filter((name) => args[name]);
  const rest = draw(allowed.map((name) => classes[name]).join(""), args.length - asked.length);
  return shuffle([...asked, ...rest], secureSource).join("");
}

/** The inputs that could have drawn a text: its length, and the defaults. */
export function inputsOfText(text: string): PropertyMap {
  const defaults = Object.entries(TEXT_INPUTS).flatMap(([name, input]) =>
    input.default === undefined ? [] : [[name, input.default] as const],
  );
  return { ...Object.fromEntries(defaults), length: [...text].length };
}
