/** A released version: major, minor, patch. */
export type Version = readonly [major: number, minor: number, patch: number];

/** Reads `1.26`, `v3.259.0`, `go1.26.8`; undefined for anything else, pre-releases and vendors' suffixes included. */
export function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch] = /^(?:go|v)?(\d+)\.(\d+)(?:\.(\d+))?$/.exec(text.trim()) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch ?? 0)];
}

/** Negative if `a` is older than `b`, 0 if they are the same. */
export function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** A half-open range of versions: from the first, below the second. */
export interface VersionRange {
  readonly from: string;
  readonly below?: string;
}

/** Whether a version, as its program prints it, lies in a range. */
export function serves(version: string, { from, below }: VersionRange): boolean {
  const given = parseVersion(version);
  const [low, high] = [parseVersion(from), below === undefined ? undefined : parseVersion(below)];
  if (!given || !low) return false;
  return compareVersions(given, low) >= 0 && (high === undefined || compareVersions(given, high) < 0);
}

/** A range in words: `3.259.0 or later, below 4.0.0`. */
export function rangeInWords({ from, below }: VersionRange): string {
  return below === undefined ? `${from} or later` : `${from} or later, below ${below}`;
}
