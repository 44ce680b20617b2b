import { RandomBytes } from "./bytes.ts";
import { RandomId } from "./id.ts";
import { RandomInteger } from "./integer.ts";
import type { Kind } from "./kind.ts";
import { RandomPassword } from "./password.ts";
import { RandomPet } from "./pet.ts";
import { RandomShuffle } from "./shuffle.ts";
import { RandomString } from "./string.ts";
import { RandomUuid, RandomUuid4, RandomUuid7 } from "./uuid.ts";

/** Every kind of resource of the `random` package, by the name of its class. */
const KINDS: Readonly<Record<string, Kind>> = {
  RandomBytes,
  RandomId,
  RandomInteger,
  RandomPassword,
  RandomPet,
  RandomShuffle,
  RandomString,
  RandomUuid,
  RandomUuid4,
  RandomUuid7,
};

/**
 * The kind that a type token names, such as `random:index/randomPet:RandomPet`.
 * @throws for a token of no kind; the message lists those that there are.
 */
export function kindOf(type: string): Kind {
  const kind = KINDS[type.slice(type.lastIndexOf(":") + 1)];
  if (kind) return kind;
  throw new Error(`${type} is no resource of the random provider; it has ${Object.keys(KINDS).join(", ")}`);
}
