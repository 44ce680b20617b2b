/** The part of an expression of Prometheus that says which series: those with all of these labels, and what `more` says, as `le="1"`. */
export function selecting(own: Readonly<Record<string, string>>, more = ""): string {
  const matchers = Object.entries(own).map(([label, value]) => `${label}="${value}"`);
  return `{${[...matchers, ...(more ? [more] : [])].join()}}`;
}
