/** A domain that the cluster's DNS asks somebody else for. */
export interface StubDomain {
  /** What its names end in. */
  readonly zone: string;
  /** A server block for the Corefile of the cluster's CoreDNS. */
  readonly corefile: string;
}

/** Seconds that the cluster's DNS may keep an answer; Consul's own answers say the same. */
const CACHE_SECONDS = 5;

/** Has names of a zone asked for at an address, by whoever asks the cluster's DNS. No name is asked for elsewhere while it does not answer. */
export function stubDomain(zone: string, address: string): StubDomain {
  const lines = ["errors", `cache ${CACHE_SECONDS}`, `forward . ${address} {`, "    max_concurrent 1000", "}"];
  return { zone, corefile: [`${zone}:53 {`, ...lines.map((line) => `    ${line}`), "}", ""].join("\n") };
}
