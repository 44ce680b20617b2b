import { randomUUID } from "node:crypto";
import { type Imported, KEEPERS, type Kind } from "./kind.ts";
import { secureSource } from "./source.ts";

/** 16 random bytes written as a UUID, without the bits that tell a version: as the official provider draws them. */
export const RandomUuid: Kind = uuid(() => format(secureSource(16)));

/** A UUID of version 4: random. */
export const RandomUuid4: Kind = uuid(randomUUID);

/** A UUID of version 7: the time in milliseconds, then random, so that later ones sort after earlier ones. */
export const RandomUuid7: Kind = uuid(() => {
  const bytes = Buffer.from(secureSource(16));
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  return format(bytes);
});

function uuid(draw: () => string): Kind {
  return {
    inputs: { keepers: KEEPERS },
    outputs: ["result"],
    draw: () => {
      const result = draw();
      return { id: result, outputs: { result } };
    },
    import: importUuid,
  };
}

function format(bytes: Buffer): string {
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function importUuid(given: string): Imported {
  const result = given.toLowerCase();
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(result)) {
    throw new Error(`the id ${JSON.stringify(given)} is no UUID, such as 6ba7b810-9dad-11d1-80b4-00c04fd430c8`);
  }
  return { id: result, inputs: {}, outputs: { result } };
}
