import type { PropertyMap } from "../rpc/index.ts";
import { type Imported, KEEPERS, type Kind } from "./kind.ts";
import { secureSource } from "./source.ts";

/** Random bytes in several spellings, to make names unique. */
export const RandomId: Kind = {
  inputs: {
    byteLength: { type: "integer", required: true, least: 1 },
    prefix: { type: "string" },
    keepers: KEEPERS,
  },
  outputs: ["b64Std", "b64Url", "dec", "hex"],
  draw: ({ byteLength, prefix }) => {
    const bytes = secureSource(byteLength as number);
    return { id: bytes.toString("base64url"), outputs: spellings(bytes, (prefix as string | undefined) ?? "") };
  },
  import: importId,
};

function spellings(bytes: Buffer, prefix: string): PropertyMap {
  return {
    b64Std: prefix + bytes.toString("base64"),
    b64Url: prefix + bytes.toString("base64url"),
    dec: prefix + BigInt(`0x${bytes.toString("hex")}`).toString(),
    hex: prefix + bytes.toString("hex"),
  };
}

/** `[prefix,]base64url`: the prefix may have commas of its own. */
function importId(given: string): Imported {
  const comma = given.lastIndexOf(",");
  const prefix = comma < 0 ? "" : given.slice(0, comma);
  const id = given.slice(comma + 1);
  if (!/^[\w-]+$/.test(id) || id.length % 4 === 1) {
    throw new Error(`the id ${JSON.stringify(given)} is not of the form [PREFIX,]BASE64URL, without padding`);
  }
  const bytes = Buffer.from(id, "base64url");
  const inputs = { byteLength: bytes.length, ...(prefix !== "" && { prefix }) };
  return { id, inputs, outputs: spellings(bytes, prefix) };
}
