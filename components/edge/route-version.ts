import type { Problem } from "../core/invalid.ts";

/** A version of an API, and what its clients are told of its end. Versions of one path are Routes of their own, side by side. */
export interface RouteVersion {
  /** Such as `v1`. */
  readonly name: `v${number}`;
  /**
   * How a request asks for it: by `/v1` before the path, which is the default and which the service sees too, or by the header
   * `API-Version: v1`. A request without the header goes to the Route of the same path without a version.
   */
  readonly by?: "path" | "header";
  /** From when on nobody should begin to use it: an ISO date, `2026-06-30`, told by the header `Deprecation` (RFC 9745). */
  readonly deprecated?: string;
  /** When it may be gone: an ISO date after that, told by the header `Sunset` (RFC 8594). */
  readonly sunset?: string;
  /** Page about how to move to another version, an `https://` address, told by a header `Link`. */
  readonly guide?: string;
}

/** The header by which a request asks for a version. */
export const VERSION_HEADER = "API-Version";

/** What begins the paths of a version. */
export function versionPath(path: string, version: RouteVersion | undefined): string {
  return version === undefined || version.by === "header" ? path : `/${version.name}${path === "/" ? "" : path}`;
}

/** What a request must have besides its path. */
export function versionHeaders(version: RouteVersion | undefined) {
  if (version?.by !== "header") return undefined;
  return [{ type: "Exact" as const, name: VERSION_HEADER, value: version.name }];
}

/** What every answer of the version tells of its end. */
export function endHeaders({ deprecated, sunset, guide }: Partial<RouteVersion> = {}) {
  return [
    ...(deprecated === undefined ? [] : [{ name: "Deprecation", value: `@${at(deprecated) / 1_000}` }]),
    ...(sunset === undefined ? [] : [{ name: "Sunset", value: new Date(at(sunset)).toUTCString() }]),
    ...(guide === undefined ? [] : [{ name: "Link", value: `<${guide}>; rel="deprecation"; type="text/html"` }]),
  ];
}

export function versionProblems(version: RouteVersion | undefined): Problem[] {
  if (version === undefined) return [];
  const { name, by = "path", deprecated, sunset, guide } = version;
  const problems: Problem[] = [];
  if (!/^v[1-9]\d*$/.test(name)) problems.push({ field: "version.name", given: name, allowed: 'such as "v1"' });
  if (!["path", "header"].includes(by))
    problems.push({ field: "version.by", given: by, allowed: '"path" or "header"' });
  for (const [field, given] of Object.entries({ deprecated, sunset }))
    if (given !== undefined && !(/^\d{4}-\d\d-\d\d$/.test(given) && at(given) > 0))
      problems.push({ field: `version.${field}`, given, allowed: 'a day, such as "2026-06-30"' });
  if (problems.length === 0 && sunset !== undefined && !(deprecated !== undefined && at(deprecated) <= at(sunset)))
    problems.push({
      field: "version.sunset",
      given: sunset,
      allowed: "a day not before version.deprecated, which has to be said first (RFC 9745)",
    });
  if (guide !== undefined && !(URL.canParse(guide) && /^https:\/\/[^\s<>"]+$/.test(guide)))
    problems.push({ field: "version.guide", given: guide, allowed: "the https:// address of a page" });
  return problems;
}

/** The beginning of a day in UTC, in milliseconds. */
function at(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}
