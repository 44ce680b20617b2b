import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Block, blockOf, blocksBetween, cidrOf, isAligned, isWithin, overlaps, sizeOf } from "./cidr.ts";
import { isMisfit, planSubnets, type SubnetDemand, type SubnetPlan, usable } from "./subnet-plan.ts";

const LETTERS = "abcdefgh";
const zonesOf = (count: number) => [...LETTERS].slice(0, count).map((letter) => `eu-central-1${letter}`);
const block = (cidr: string) => blockOf(cidr) as Block;

/** Demands of every kind: some can be met and some cannot. */
const demands = fc
  .record({
    prefix: fc.integer({ min: 16, max: 26 }),
    place: fc.nat({ max: 2 ** 24 - 1 }),
    slots: fc.constantFrom(2, 4, 8),
    zones: fc.integer({ min: 1, max: 8 }),
    tiers: fc.array(fc.option(fc.integer({ min: 16, max: 28 }), { nil: undefined }), { minLength: 1, maxLength: 6 }),
  })
  .map(({ prefix, place, slots, zones, tiers }): SubnetDemand => {
    const first = 10 * 2 ** 24 + Math.floor(place / sizeOf({ prefix })) * sizeOf({ prefix });
    return {
      cidr: cidrOf({ first, prefix }),
      zones: zonesOf(Math.min(zones, slots)),
      tiers: tiers.map((size, index) => ({ name: `t${index}`, ...(size === undefined ? {} : { prefix: size }) })),
      zoneSlots: slots,
    };
  });

/** Those that can be met. The tiers that do not fit are left out, so that few are thrown away. */
const met = demands
  .map((demand) => {
    const plan = planSubnets(demand);
    return isMisfit(plan) ? { ...demand, tiers: demand.tiers.slice(0, plan.tier) } : demand;
  })
  .filter(({ tiers }) => tiers.length > 0);

function planOf(demand: SubnetDemand): SubnetPlan {
  const plan = planSubnets(demand);
  if (isMisfit(plan)) throw new Error(`tier ${plan.tier} does not fit`);
  return plan;
}

describe("every plan", () => {
  test("has a subnet for each zone and tier, in the range, at a multiple of its size, of a size that AWS takes", () => {
    fc.assert(
      fc.property(met, (demand) => {
        const { subnets } = planOf(demand);
        expect(new Set(subnets.map(({ tier, zone }) => `${tier} ${zone}`)).size).toBe(
          demand.zones.length * demand.tiers.length,
        );
        for (const { cidr } of subnets) {
          expect(isWithin(block(cidr), block(demand.cidr))).toBe(true);
          expect(isAligned(block(cidr))).toBe(true);
          expect(block(cidr).prefix).toBeGreaterThanOrEqual(16);
          expect(block(cidr).prefix).toBeLessThanOrEqual(28);
        }
      }),
    );
  });

  test("has no overlap and no gap: subnets and what is spare are the range, each address once", () => {
    fc.assert(
      fc.property(met, (demand) => {
        const { subnets, spare } = planOf(demand);
        const all = [...subnets.map(({ cidr }) => cidr), ...spare].map(block).sort((a, b) => a.first - b.first);
        let next = block(demand.cidr).first;
        for (const one of all) {
          expect(one.first).toBe(next);
          next += sizeOf(one);
        }
        expect(next).toBe(block(demand.cidr).first + sizeOf(block(demand.cidr)));
      }),
    );
  });

  test("grows by a zone, and nothing that stands is numbered anew", () => {
    fc.assert(
      fc.property(met, (demand) => {
        fc.pre(demand.zones.length < demand.zoneSlots);
        const grown = planOf({ ...demand, zones: zonesOf(demand.zones.length + 1) });
        expect(grown.subnets).toEqual(expect.arrayContaining([...planOf(demand).subnets]));
      }),
    );
  });

  test("grows by a tier, and nothing that stands is numbered anew; one without a size finds room while a subnet can be halved", () => {
    fc.assert(
      fc.property(met, (demand) => {
        const grown = planSubnets({ ...demand, tiers: [...demand.tiers, { name: "more" }] });
        if (isMisfit(grown)) {
          expect(grown.tier).toBe(demand.tiers.length);
          return;
        }
        expect(grown.subnets).toEqual(expect.arrayContaining([...planOf(demand).subnets]));
        expect(grown.subnets).toHaveLength(demand.zones.length * (demand.tiers.length + 1));
      }),
    );
  });

  test("gives every zone the same: a zone that is lost takes the same part of every tier", () => {
    fc.assert(
      fc.property(met, (demand) => {
        const { subnets } = planOf(demand);
        for (const { name } of demand.tiers) {
          const sizes = subnets.filter(({ tier }) => tier === name).map(({ cidr }) => block(cidr).prefix);
          expect(new Set(sizes).size).toBe(1);
        }
      }),
    );
  });
});

describe("a tier that does not fit", () => {
  test("is told with what would: that fits, and one step larger does not", () => {
    fc.assert(
      fc.property(demands, (demand) => {
        const misfit = planSubnets(demand);
        if (!isMisfit(misfit)) return;
        const { tier, largest } = misfit;
        const before = demand.tiers.slice(0, tier);
        const fits = (prefix: number) =>
          !isMisfit(planSubnets({ ...demand, tiers: [...before, { name: "x", prefix }] }));
        if (largest === undefined) expect([16, 20, 24, 28].some(fits)).toBe(false);
        else expect([fits(largest), fits(largest - 1)]).toEqual([true, false]);
      }),
    );
  });
});

describe("a /16 for four zones", () => {
  const tiers = [{ name: "private" }, { name: "public" }, { name: "isolated" }];
  const demand = { cidr: "10.16.0.0/16", zones: zonesOf(3), tiers, zoneSlots: 4 };

  test("is planned so", () => {
    expect(planOf(demand)).toEqual({
      subnets: [
        { tier: "private", zone: "eu-central-1a", cidr: "10.16.0.0/19" },
        { tier: "public", zone: "eu-central-1a", cidr: "10.16.32.0/20" },
        { tier: "isolated", zone: "eu-central-1a", cidr: "10.16.48.0/21" },
        { tier: "private", zone: "eu-central-1b", cidr: "10.16.64.0/19" },
        { tier: "public", zone: "eu-central-1b", cidr: "10.16.96.0/20" },
        { tier: "isolated", zone: "eu-central-1b", cidr: "10.16.112.0/21" },
        { tier: "private", zone: "eu-central-1c", cidr: "10.16.128.0/19" },
        { tier: "public", zone: "eu-central-1c", cidr: "10.16.160.0/20" },
        { tier: "isolated", zone: "eu-central-1c", cidr: "10.16.176.0/21" },
      ],
      spare: ["10.16.56.0/21", "10.16.120.0/21", "10.16.184.0/21", "10.16.192.0/18"],
    });
    expect(usable("10.16.0.0/19")).toBe(8187);
  });

  test("cannot have a tier that is larger than what is left", () => {
    const misfit = planSubnets({ ...demand, tiers: [...tiers, { name: "more", prefix: 20 }] });
    expect(misfit).toEqual({ tier: 3, prefix: 20, largest: 21 });
  });
});

describe("blocks", () => {
  test("are written and read back", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }), (address, prefix) => {
        const first = Math.floor(address / sizeOf({ prefix })) * sizeOf({ prefix });
        expect(blockOf(cidrOf({ first, prefix }))).toEqual({ first, prefix });
      }),
    );
  });

  test.each(["10.0.0.0", "10.0.0.0/33", "10.0.0.256/32", "10.0.0.1/24", "10.0.0.0/8/8", "fd00::/8", "", 10])(
    "%j is none",
    (given) => expect(blockOf(given)).toBeUndefined(),
  );

  test("between two addresses are as few as can be: no two of one size stand where one would do", () => {
    fc.assert(
      fc.property(fc.nat({ max: 4096 }), fc.nat({ max: 4096 }), (one, other) => {
        const [from, before] = [Math.min(one, other), Math.max(one, other)];
        const blocks = blocksBetween(from, before);
        expect(blocks.reduce((sum, next) => sum + sizeOf(next), from)).toBe(before);
        for (const [index, next] of blocks.entries()) {
          expect(isAligned(next)).toBe(true);
          const after = blocks[index + 1];
          if (after?.prefix === next.prefix)
            expect(isAligned({ first: next.first, prefix: next.prefix - 1 })).toBe(false);
        }
      }),
    );
  });

  test("overlap if they share an address", () => {
    expect(overlaps(block("10.0.0.0/8"), block("10.1.0.0/16"))).toBe(true);
    expect(overlaps(block("10.1.0.0/16"), block("10.0.0.0/8"))).toBe(true);
    expect(overlaps(block("10.0.0.0/16"), block("10.1.0.0/16"))).toBe(false);
  });
});
