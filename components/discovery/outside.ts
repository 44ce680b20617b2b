import { isIP } from "node:net";
import { cidrProblems } from "../core/address.ts";
import type { Problem } from "../core/invalid.ts";
import { isDnsLabel } from "../core/names.ts";
import type { Destination } from "../core/usage.ts";
import { wholeProblems } from "../core/whole.ts";

/** A service that stands outside of the cluster. */
export interface OutsideArgs {
  /** The port that it listens on. */
  readonly port: number;
  /**
   * Where it may be: consumers may send there and nowhere else. With Consul, which tells at which of them it is now, also blocks such as
   * `10.20.0.0/24`; without it each address is one of its instances.
   */
  readonly addresses: readonly string[];
}

/** What is wrong with such a service. `kind` is who tells where it is. */
export function outsideProblems(
  kind: "kubernetes" | "consul",
  service: string,
  { port, addresses }: OutsideArgs,
): Problem[] {
  const problems: Problem[] = isDnsLabel(service)
    ? []
    : [{ field: "the service's name", given: service, allowed: "a DNS label, as it is registered" }];
  problems.push(...wholeProblems("port", port, 1, 65_535));
  if (!Array.isArray(addresses) || addresses.length === 0)
    return [...problems, { field: "addresses", given: addresses, allowed: "at least one address" }];
  return [
    ...problems,
    ...addresses.flatMap((address, index) => {
      const field = `addresses[${index}]`;
      if (isIP(address) > 0) return [];
      if (kind === "consul") return cidrProblems(field, address);
      return [
        { field, given: address, allowed: 'one address, such as "10.20.0.4": nobody tells which of a block it is' },
      ];
    }),
    ...(kind === "kubernetes" && new Set(addresses.map(isIP)).size > 1
      ? [{ field: "addresses", given: addresses, allowed: "addresses of one family, IPv4 or IPv6" }]
      : []),
  ];
}

/** Where its consumers may send to. */
export function destinations({ port, addresses }: OutsideArgs): Destination[] {
  return addresses.map((address) => ({ cidr: block(address), port }));
}

function block(address: string): string {
  return address.includes("/") ? address : `${address}/${isIP(address) === 6 ? 128 : 32}`;
}
