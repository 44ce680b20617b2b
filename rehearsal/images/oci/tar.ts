import { createReadStream } from "node:fs";
import type { Entry, File } from "./entry.ts";

const BLOCK = 512;
const NAME_BYTES = 100;

/**
 * The bytes of a tar archive with these entries, in the order given: POSIX ustar, with pax records for names that ustar
 * cannot hold (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html). Owner and group are 0 and all times
 * are 0, so that the same entries give the same bytes anywhere. Files are streamed.
 *
 * Throws if a file on disk has not the size that its entry says.
 */
export async function* tarOf(entries: Iterable<Entry>): AsyncGenerator<Buffer> {
  for (const entry of entries) {
    yield* headers(entry);
    if (entry.type !== "file") continue;
    yield* contentOf(entry);
    yield padding(entry.size);
  }
  // Two empty blocks end an archive.
  yield Buffer.alloc(2 * BLOCK);
}

function* headers(entry: Entry): Generator<Buffer> {
  const path = entry.type === "directory" ? `${entry.path}/` : entry.path;
  const target = entry.type === "link" ? entry.target : "";
  const records = [...record("path", path), ...record("linkpath", target)];
  if (records.length > 0) {
    const text = Buffer.from(records.join(""));
    yield header({ name: "pax", mode: 0o644, size: text.length, type: "x", target: "" });
    yield text;
    yield padding(text.length);
  }
  const mode = entry.type === "link" ? 0o777 : entry.mode;
  const type = { directory: "5", file: "0", link: "2" }[entry.type];
  yield header({ name: path, mode, size: entry.type === "file" ? entry.size : 0, type, target });
}

/** A pax record where ustar's field is too short or not made for the characters; else nothing. */
function record(key: string, value: string): string[] {
  if (Buffer.byteLength(value) <= NAME_BYTES && /^[ -~]*$/.test(value)) return [];
  const rest = ` ${key}=${value}\n`;
  // A record begins with its own length, the digits of that length included.
  let length = Buffer.byteLength(rest);
  while (length !== Buffer.byteLength(rest) + String(length).length)
    length = Buffer.byteLength(rest) + String(length).length;
  return [`${length}${rest}`];
}

interface Header {
  readonly name: string;
  readonly mode: number;
  readonly size: number;
  readonly type: string;
  readonly target: string;
}

function header({ name, mode, size, type, target }: Header): Buffer {
  const block = Buffer.alloc(BLOCK);
  const text = (value: string, offset: number, length: number) => Buffer.from(value).copy(block, offset, 0, length);
  const octal = (value: number, offset: number, length: number) => {
    const digits = value.toString(8).padStart(length - 1, "0");
    if (digits.length >= length) throw new Error(`${name} is too large for a tar archive: ${value}`);
    text(digits, offset, length);
  };
  text(name, 0, NAME_BYTES);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  text(type, 156, 1);
  text(target, 157, NAME_BYTES);
  text("ustar\u000000", 257, 8);
  // The sum is taken with eight spaces in its own place.
  text(" ".repeat(8), 148, 8);
  const sum = block.reduce((total, byte) => total + byte, 0);
  text(`${sum.toString(8).padStart(6, "0")}\0 `, 148, 8);
  return block;
}

async function* contentOf({ path, size, content }: File): AsyncGenerator<Buffer> {
  if ("text" in content) {
    yield Buffer.from(content.text);
    return;
  }
  let read = 0;
  for await (const chunk of createReadStream(content.file) as AsyncIterable<Buffer>) {
    read += chunk.length;
    yield chunk;
  }
  if (read !== size) throw new Error(`/${path} changed while it was read: ${size} bytes were expected, ${read} came`);
}

function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}
