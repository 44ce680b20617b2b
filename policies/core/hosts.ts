/** Whether a name covers a host: itself, or `*.example.com` for one label more. Case does not matter. */
export function covers(name: string, host: string): boolean {
  const [wide, exact] = [name.toLowerCase(), host.toLowerCase()];
  if (wide === exact) return true;
  if (!wide.startsWith("*.")) return false;
  const label = exact.slice(0, exact.indexOf("."));
  return label !== "" && exact.includes(".") && exact.slice(label.length) === wide.slice(1);
}

/** Top-level names that the internet's DNS will never answer for (RFC 6761, RFC 6762, RFC 9476, and ICANN for `internal`). */
const RESERVED = new Set(["test", "localhost", "invalid", "example", "local", "internal", "onion", "alt", "arpa"]);

/** Whether the world may look a host up: a name of a public domain, a wildcard too, but no address. */
export function isPublicHost(host: string): boolean {
  const labels = host.toLowerCase().replace(/\.$/, "").split(".");
  const top = labels.at(-1) ?? "";
  return labels.length > 1 && /[a-z]/.test(top) && !RESERVED.has(top) && !host.includes(":");
}

/** The names that cover a host: itself, and the wildcard of its domain. In small letters, without a dot at the end. */
export function coveringNames(host: string): string[] {
  const exact = host.toLowerCase().replace(/\.$/, "");
  const domain = exact.slice(exact.indexOf(".") + 1);
  return exact.startsWith("*.") || !exact.includes(".") ? [exact] : [exact, `*.${domain}`];
}
