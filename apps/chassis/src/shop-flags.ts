import { defineFlags } from "./flag-definition.ts";

/** The flags of the shop: its services read them, and its stack says who gets which variant. Plain data, for both. */
export const SHOP_FLAGS = defineFlags({
  /** Whether orders are taken; `off` holds them back without a release, as when no payment can be taken. */
  "take-orders": { variants: { on: true, off: false }, defaultVariant: "on" },
});
