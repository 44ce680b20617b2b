/** Whether a name covers a host: itself, or `*.example.com` for one label more. Case does not matter. */
export function covers(name: string, host: string): boolean {
  const [wide, exact] = [name.toLowerCase(), host.toLowerCase()];
  if (wide === exact) return true;
  if (!wide.startsWith("*.")) return false;
  const label = exact.slice(0, exact.indexOf("."));
  return label !== "" && exact.includes(".") && exact.slice(label.length) === wide.slice(1);
}
