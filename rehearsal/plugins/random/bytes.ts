import { type Imported, KEEPERS, type Kind } from "./kind.ts";
import { secureSource } from "./source.ts";

/**
 * Random bytes that are kept secret. The official provider takes the bytes, in base64, as id, which the state has in
 * clear; here the id is `none`, as that of a password.
 */
export const RandomBytes: Kind = {
  inputs: { length: { type: "integer", required: true, least: 1 }, keepers: KEEPERS },
  outputs: ["base64", "hex"],
  secret: ["base64", "hex"],
  draw: ({ length }) => drawn(secureSource(length as number)),
  import: importBytes,
};

function drawn(bytes: Buffer) {
  return { id: "none", outputs: { base64: bytes.toString("base64"), hex: bytes.toString("hex") } };
}

function importBytes(id: string): Imported {
  const bytes = Buffer.from(id, "base64");
  // The id is the secret: the message does not repeat it.
  if (bytes.length === 0 || bytes.toString("base64") !== id) throw new Error("the id is not base64, with padding");
  return { inputs: { length: bytes.length }, ...drawn(bytes) };
}
