import { KEEPERS, type Kind } from "./kind.ts";
import { pick, secureSource } from "./source.ts";
import { ADJECTIVES, ADVERBS, ANIMALS } from "./words.ts";

/** A name that people can say and remember, such as `brave-otter`. The id is all there is. */
export const RandomPet: Kind = {
  inputs: {
    /** Words: the last is an animal, the one before it an adjective, those before that are adverbs. */
    length: { type: "integer", default: 2, least: 1 },
    prefix: { type: "string" },
    separator: { type: "string", default: "-" },
    keepers: KEEPERS,
  },
  outputs: [],
  inId: ["prefix", "separator"],
  draw: ({ length, prefix, separator }) => {
    const adverbs = Array.from({ length: Math.max(0, (length as number) - 2) }, () => pick(ADVERBS, secureSource));
    const adjectives = (length as number) > 1 ? [pick(ADJECTIVES, secureSource)] : [];
    const words = [...adverbs, ...adjectives, pick(ANIMALS, secureSource)];
    return { id: (prefix ? [prefix as string, ...words] : words).join(separator as string), outputs: {} };
  },
};
