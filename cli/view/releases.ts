import type { Ask, KnownRelease } from "../releases.ts";
import type { Style } from "../report.ts";
import { columns, typed, typedAbout, wrap } from "./format.ts";

/** A command about releases as a person types it: `npm run release -- list --environment staging`. */
export function releaseCommand(environment: string, ...words: readonly string[]): string {
  return typedAbout("release", environment, ...words);
}

/** `plumbline release list`, for people: what was last said of a release stands under it. */
export function releaseList(releases: readonly KnownRelease[], environment: string, style: Style): readonly string[] {
  if (releases.length === 0)
    return [
      "",
      "  There are no blue-green or canary services. Rolling ones are Deployments: kubectl get deployments -A",
    ];
  const rows = columns(
    releases.map((release) => [
      `  ${release.namespace}/${release.name}`,
      style.paint(release.underWay ? "bold" : "dim", release.phase),
      `${release.ready}/${release.wanted} ready`,
      releaseVersions(release),
    ]),
  );
  return [
    "",
    ...releases.flatMap((release, row) => [rows[row]?.trimEnd() ?? "", ...said(release, environment, style)]),
  ];
}

/** The version that stands, by the tag of its image and the hash of its pods; `none` before the first does. */
export function standingVersion({ stable, stableImage }: KnownRelease): string {
  return stable === "" ? "none" : version(stable, stableImage);
}

/** Which version stands, and which is on its way. */
function releaseVersions(release: KnownRelease): string {
  const { weight, underWay } = release;
  const stable = standingVersion(release);
  const update = version(release.update, release.updateImage);
  if (release.stable === "" || release.stable === release.update) return update;
  if (!underWay) return `${stable}; ${update} was taken back`;
  return `${stable} -> ${update}${weight === undefined ? "" : `, ${weight} %`}`;
}

/** Of a digest, so much as people tell one from another by. */
const DIGEST = /@sha256:([0-9a-f]{12})[0-9a-f]*$/;

function version(hash: string, image: string): string {
  const [, digest] = DIGEST.exec(image) ?? [];
  const [, tag] = /:([\w.-]+)$/.exec(image.replace(/@.*$/, "")) ?? [];
  const name = tag ?? digest;
  return name === undefined ? hash : `${name} (${hash})`;
}

/** Releases that are not at rest on the version that was asked for, a line each, and what tells more; none if all are. */
export function unsettledLines(releases: readonly KnownRelease[], environment: string): readonly string[] {
  const unsettled = releases.filter(({ phase }) => phase !== "Healthy");
  if (unsettled.length === 0) return [];
  const rows = unsettled.map((one) => [`${one.namespace}/${one.name}`, one.phase, releaseVersions(one)]);
  return [...columns(rows), releaseCommand(environment, "list")];
}

function said(release: KnownRelease, environment: string, style: Style): string[] {
  const { namespace, name, message, underWay, takenBack } = release;
  const lines = message === "" ? [] : wrap(message, style.columns - 4);
  const asks: readonly Ask[] = underWay ? ["promote", "abort"] : takenBack ? ["retry"] : [];
  const commands = asks.map((ask) => releaseCommand(environment, ask, name, "--namespace", namespace));
  return [...lines, ...commands].map((line) => `    ${line}`);
}

/** What to do after an `up` whose releases were taken back: the same version is not tried again by itself. */
export function takenBackFix(releases: readonly KnownRelease[], environment: string): string {
  const names = releases.map(({ namespace, name }) => `${namespace}/${name}`).join(", ");
  const retries = releases.map(({ namespace, name }) =>
    releaseCommand(environment, "retry", name, "--namespace", namespace),
  );
  return [
    `The old version of ${names} serves. Correct what is named above, and run up with another version.`,
    "To have the same version tried once more, as when a store was to blame; up again then waits for it:",
    ...retries.map((line) => `  ${line}`),
    `  ${typed("up", environment)}`,
  ].join("\n");
}
