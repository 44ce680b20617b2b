export { type Duration, isDuration, milliseconds } from "./duration.ts";
export { InvalidArgsError, type Problem } from "./invalid.ts";
export { isDnsLabel, nearest } from "./names.ts";
export { isOptOut, type OptOut, optOut } from "./opt-out.ts";
export { hundredths, isPercent, type Percent } from "./percent.ts";
export { amount, isQuantity, type Quantity } from "./quantity.ts";
export type { Resources } from "./resources.ts";
export type { Transform } from "./transform.ts";
export type { Consumer, Grant, Peer, Usable } from "./usage.ts";
