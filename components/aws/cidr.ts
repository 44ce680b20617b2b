import type { Problem } from "../core/invalid.ts";

/** A block of IPv4 addresses: its first address as a number, and how many of the 32 bits all of its addresses share. */
export interface Block {
  readonly first: number;
  readonly prefix: number;
}

const BITS = 32;
const FORM = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/** How many addresses a block has. */
export function sizeOf({ prefix }: Pick<Block, "prefix">): number {
  return 2 ** (BITS - prefix);
}

/** The block that a text such as `10.0.8.0/22` is; undefined for what is none, or does not begin where such a block can. */
export function blockOf(text: unknown): Block | undefined {
  const [, ...parts] = (typeof text === "string" && FORM.exec(text)) || [];
  const [a = 256, b = 256, c = 256, d = 256, prefix = BITS + 1] = parts.map(Number);
  if (Math.max(a, b, c, d) > 255 || prefix > BITS) return undefined;
  const first = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  return isAligned({ first, prefix }) ? { first, prefix } : undefined;
}

/** A block as it is written: `10.0.8.0/22`. */
export function cidrOf({ first, prefix }: Block): string {
  const octets = [24, 16, 8, 0].map((bits) => Math.floor(first / 2 ** bits) % 256);
  return `${octets.join(".")}/${prefix}`;
}

/** Whether a block begins at a multiple of its size, as routes need it. */
export function isAligned(block: Block): boolean {
  return block.first % sizeOf(block) === 0;
}

export function isWithin(inner: Block, outer: Block): boolean {
  return inner.first >= outer.first && inner.first + sizeOf(inner) <= outer.first + sizeOf(outer);
}

/** Whether two blocks share an address. */
export function overlaps(one: Block, other: Block): boolean {
  return one.first < other.first + sizeOf(other) && other.first < one.first + sizeOf(one);
}

/** The fewest blocks that are just the addresses from one on, before another. */
export function blocksBetween(from: number, before: number): Block[] {
  const blocks: Block[] = [];
  for (let first = from; first < before; ) {
    let prefix = BITS;
    while (prefix > 0 && isAligned({ first, prefix: prefix - 1 }) && first + sizeOf({ prefix: prefix - 1 }) <= before)
      prefix -= 1;
    blocks.push({ first, prefix });
    first += sizeOf({ prefix });
  }
  return blocks;
}

/** Addresses that no one on the internet has: RFC 1918's, and those that carriers share (RFC 6598), which pods may have. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].flatMap((text) => blockOf(text) ?? []);
const SHARED = blockOf("100.64.0.0/10") as Block;

/** Whether all of a block is of RFC 1918. */
function isPrivate(block: Block): boolean {
  return PRIVATE.some((whole) => isWithin(block, whole));
}

/** Whether all of a block is of RFC 1918 or RFC 6598. */
function isUnrouted(block: Block): boolean {
  return isPrivate(block) || isWithin(block, SHARED);
}

/** Whether AWS lets a network of one range have another as well: of the same private addresses, or of those that carriers share. */
export function canJoin(range: string, further: string): boolean {
  const [one, other] = [blockOf(range), blockOf(further)];
  if (one === undefined || other === undefined) return false;
  return isWithin(other, SHARED) || PRIVATE.some((whole) => isWithin(one, whole) && isWithin(other, whole));
}

/**
 * A problem unless a text is a block of private addresses of some size: `most` is the shortest prefix, `least` the longest. `shared` takes
 * 100.64.0.0/10, too.
 */
export function rangeProblems(
  field: string,
  given: unknown,
  { most, least, shared = false }: { readonly most: number; readonly least: number; readonly shared?: boolean },
): Problem[] {
  const block = blockOf(given);
  const whose = shared ? "10/8, 172.16/12, 192.168/16 or 100.64/10" : "10/8, 172.16/12 or 192.168/16";
  const allowed = `a block of ${whose} from /${most} to /${least} that begins at a multiple of its size: "10.16.0.0/16"`;
  const isFine =
    block !== undefined &&
    block.prefix >= most &&
    block.prefix <= least &&
    (shared ? isUnrouted(block) : isPrivate(block));
  return isFine ? [] : [{ field, given, allowed }];
}
