import type { Kind } from "./kind.ts";
import { checkText, completeText, drawText, inputsOfText, TEXT_INPUTS } from "./text.ts";

/** A random text that may be seen: it is the resource's id. */
export const RandomString: Kind = {
  inputs: TEXT_INPUTS,
  outputs: ["result"],
  complete: completeText,
  check: checkText,
  draw: (inputs) => {
    const result = drawText(inputs);
    return { id: result, outputs: { result } };
  },
  import: (id) => ({ id, inputs: inputsOfText(id), outputs: { result: id } }),
};
