import { hash } from "bcryptjs";
import type { PropertyMap } from "../rpc/index.ts";
import type { Kind } from "./kind.ts";
import { checkText, completeText, drawText, inputsOfText, TEXT_INPUTS } from "./text.ts";

/** The cost that Go's bcrypt takes by default, and so the official provider. */
const BCRYPT_COST = 10;

/** A random text that is kept secret, with its bcrypt hash (of the first 72 bytes: that is all bcrypt takes). */
export const RandomPassword: Kind = {
  inputs: TEXT_INPUTS,
  outputs: ["result", "bcryptHash"],
  secret: ["result", "bcryptHash"],
  complete: completeText,
  check: checkText,
  draw: async (inputs) => ({ id: "none", outputs: await secrets(drawText(inputs)) }),
  import: async (id) => ({ id: "none", inputs: inputsOfText(id), outputs: await secrets(id) }),
};

async function secrets(result: string): Promise<PropertyMap> {
  return { result, bcryptHash: await hash(result, BCRYPT_COST) };
}
