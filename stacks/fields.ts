import { z } from "zod";
import {
  amount,
  type Duration,
  isDnsLabel,
  isDuration,
  isPercent,
  isQuantity,
  type Percent,
  type Quantity,
} from "../components/core/index.ts";

/** One field's type: what it accepts, and how that is said in "allowed: …". */
export const text = (allowed: string, fits: (given: string) => boolean) =>
  z.string({ error: allowed }).refine(fits, { error: allowed });
export const whole = (least: number, most: number) => {
  const allowed = `a whole number from ${least} to ${most}`;
  const fits = (given: number) => Number.isInteger(given) && given >= least && given <= most;
  return z.number({ error: allowed }).refine(fits, { error: allowed });
};

export const label = text('a DNS label such as "eu-central-1a"', (given) => isDnsLabel(given));
export const duration = text('a whole number and ms, s, m, h or d, such as "15m"', isDuration).transform(
  (given) => given as Duration,
);
export const percent = z
  .union([z.string(), z.number()], { error: "a percentage from 0 to 100, such as 99.9" })
  .refine(isPercent, { error: "a percentage from 0 to 100, such as 99.9" })
  .transform((given) => given as Percent);
/** YAML reads `4` as a number; as a quantity it is the same as "4". */
const quantity = (example: string) => {
  const allowed = `a whole number and a suffix, such as "${example}"`;
  return z
    .union([z.string(), z.number()], { error: allowed })
    .transform(String)
    .refine((given) => isQuantity(given) && amount(given) > 0, { error: allowed })
    .transform((given) => given as Quantity);
};
export const cpu = quantity("500m");
export const memory = quantity("512Mi");
export const disk = quantity("10Gi");

const reason = "{ optOut: <reason of at least ten characters> }";
export const optOut = z.strictObject(
  { optOut: text("a reason of at least ten characters", (given) => given.trim().length >= 10) },
  { error: reason },
);

export const resources = z.strictObject({
  requests: z.strictObject({ cpu, memory }),
  limits: z.strictObject({ cpu, memory }),
});
