import type { Need } from "../../cluster/room.ts";
import { SIZES, type TracingArgs } from "./args.ts";

type Args = Pick<TracingArgs, "storage" | "collectors" | "samplers" | "resources">;

/** In front of indices that stand elsewhere any of them will do. */
const JAEGERS = 2;

/** How many Jaegers there are: one alone where what it keeps is its own, since two cannot share it. */
export function jaegersOf({ kind }: Args["storage"]): number {
  return kind === "memory" || kind === "badger" ? 1 : JAEGERS;
}

/** What a Tracing takes of its namespace's quota. */
export function tracingNeeds({ storage, ...args }: Args): Need[] {
  const { collectors, samplers } = { ...SIZES, ...args };
  const { collector, sampler, jaeger } = { ...SIZES.resources, ...args.resources };
  const disk = storage.kind === "badger" ? { disk: storage.disk } : {};
  return [
    { what: "collectors", pods: collectors, resources: collector },
    { what: "samplers", pods: samplers, resources: sampler },
    { what: "Jaeger", pods: jaegersOf(storage), resources: jaeger, ...disk },
  ];
}
