export const PROTOCOLS = ["TCP", "UDP", "SCTP"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Ports of one protocol, from the first to the last of them. */
export interface Ports {
  readonly protocol: Protocol;
  readonly first: number;
  readonly last: number;
}

const LAST_PORT = 65_535;

export function allPortsOf(protocol: Protocol): Ports {
  return { protocol, first: 1, last: LAST_PORT };
}

export const ALL_PORTS: readonly Ports[] = PROTOCOLS.map(allPortsOf);

/** Those that are in both. */
export function shared(some: readonly Ports[], others: readonly Ports[]): Ports[] {
  return some.flatMap((one) =>
    others.flatMap((other) => {
      const [first, last] = [Math.max(one.first, other.first), Math.min(one.last, other.last)];
      return one.protocol === other.protocol && first <= last ? [{ protocol: one.protocol, first, last }] : [];
    }),
  );
}

/** The same ports in order, each once, with as few ranges as there can be. */
export function merged(ports: readonly Ports[]): Ports[] {
  return PROTOCOLS.flatMap((protocol) => {
    const found: { protocol: Protocol; first: number; last: number }[] = [];
    for (const { first, last } of ports
      .filter((one) => one.protocol === protocol)
      .toSorted((a, b) => a.first - b.first)) {
      const before = found.at(-1);
      if (before && first <= before.last + 1) before.last = Math.max(before.last, last);
      else found.push({ protocol, first, last });
    }
    return found;
  });
}

/** Ports for people: `TCP 8080, 9000-9010; UDP 53`, or `every port`. */
export function spokenPorts(ports: readonly Ports[]): string {
  const all = merged(ports);
  if (JSON.stringify(all) === JSON.stringify(ALL_PORTS)) return "every port";
  const ranges = ({ first, last }: Ports) =>
    first === 1 && last === LAST_PORT ? "all" : first === last ? `${first}` : `${first}-${last}`;
  return [...Map.groupBy(all, ({ protocol }) => protocol)]
    .map(([protocol, of]) => `${protocol} ${of.map(ranges).join(", ")}`)
    .join("; ");
}
