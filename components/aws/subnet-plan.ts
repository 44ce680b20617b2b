import { type Block, blockOf, blocksBetween, cidrOf, sizeOf } from "./cidr.ts";

/** A kind of subnets, of which each zone has one. */
export interface Tier {
  readonly name: string;
  /** How large its subnet of a zone is: 16 to 28. By default the half of what the tiers before it left. */
  readonly prefix?: number;
}

/** What is planned. Append to both lists, and nothing that stands is numbered anew. */
export interface SubnetDemand {
  /** The range of the network. */
  readonly cidr: string;
  /** Zones in the order in which they were added. */
  readonly zones: readonly string[];
  /** Tiers in the order in which they were added, none larger than the one before. */
  readonly tiers: readonly Tier[];
  /** For how many zones the range is divided: a power of two. Another number renumbers everything. */
  readonly zoneSlots: number;
}

interface PlannedSubnet {
  readonly tier: string;
  readonly zone: string;
  readonly cidr: string;
}

export interface SubnetPlan {
  readonly subnets: readonly PlannedSubnet[];
  /** What is left for zones and tiers to come: with the subnets it is just the range, without a gap. */
  readonly spare: readonly string[];
}

/** Sizes that AWS takes for a subnet. */
const LARGEST_SUBNET = 16;
const SMALLEST_SUBNET = 28;

/** Addresses of each subnet that AWS keeps for itself: the first four, and the last. */
const KEPT = 5;

/** How many interfaces a subnet has room for. */
export function usable(cidr: string): number {
  const block = blockOf(cidr);
  return block === undefined ? 0 : sizeOf(block) - KEPT;
}

/** A demand that cannot be met: which tier does not fit, and what would. */
export interface Misfit {
  /** Its place in the list. */
  readonly tier: number;
  /** The prefix that was asked for or would be next; undefined where nothing is left. */
  readonly prefix: number | undefined;
  /** The largest that fits there; undefined where none does. */
  readonly largest: number | undefined;
}

/**
 * Divides a range: each zone gets a slot, the same part of the range for all, and in its slot each tier a subnet after the other. A slot is
 * found by the zone's place in the list and a subnet by those of its tier and the tiers before it, so a further zone or tier moves nothing.
 * Tiers come from large to small, so each begins where the one before ends, at a multiple of its size.
 */
export function planSubnets({ cidr, zones, tiers, zoneSlots }: SubnetDemand): SubnetPlan | Misfit {
  const range = blockOf(cidr);
  if (range === undefined) throw new TypeError(`${cidr} is no range; it was to be refused before`);
  const slot = { prefix: range.prefix + Math.log2(zoneSlots) };
  const shapes = layOut(sizeOf(slot), tiers);
  if (!Array.isArray(shapes)) return shapes;
  const startOf = (zone: number) => range.first + zone * sizeOf(slot);
  const subnets = zones.flatMap((zone, index) =>
    shapes.map(({ first, prefix }, tier) => ({
      tier: (tiers[tier] as Tier).name,
      zone,
      cidr: cidrOf({ first: startOf(index) + first, prefix }),
    })),
  );
  const last = shapes.at(-1);
  const used = last === undefined ? 0 : last.first + sizeOf(last);
  const spare = [
    ...zones.flatMap((_, index) => blocksBetween(startOf(index) + used, startOf(index + 1))),
    ...blocksBetween(startOf(zones.length), range.first + sizeOf(range)),
  ];
  return { subnets, spare: spare.map(cidrOf) };
}

export function isMisfit(plan: SubnetPlan | Misfit): plan is Misfit {
  return "largest" in plan;
}

/** Where each tier's subnet lies in a slot that begins at nought. */
function layOut(room: number, tiers: readonly Tier[]): Block[] | Misfit {
  const shapes: Block[] = [];
  let used = 0;
  for (const [index, { prefix: wanted }] of tiers.entries()) {
    const before = shapes.at(-1)?.prefix ?? LARGEST_SUBNET;
    const left = room - used;
    const largest = Math.max(before, prefixWithin(left));
    // Half of what is left: so there is always something left for the next, until it is too small for a subnet.
    const prefix = wanted ?? Math.max(before, prefixWithin(left / 2));
    if (left < 1 || prefix < largest || prefix > SMALLEST_SUBNET) {
      const fits = left >= 1 && largest <= SMALLEST_SUBNET;
      return { tier: index, prefix: left < 1 ? wanted : prefix, largest: fits ? largest : undefined };
    }
    shapes.push({ first: used, prefix });
    used += sizeOf({ prefix });
  }
  return shapes;
}

/** The prefix of the largest block that has no more than so many addresses. */
function prefixWithin(addresses: number): number {
  return 32 - Math.floor(Math.log2(addresses));
}
