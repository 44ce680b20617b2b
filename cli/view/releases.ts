import type { Ask, KnownRelease } from "../releases.ts";
import type { Style } from "../report.ts";
import { columns, typedAbout, wrap } from "./format.ts";

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
      versions(release),
    ]),
  );
  return [
    "",
    ...releases.flatMap((release, row) => [rows[row]?.trimEnd() ?? "", ...said(release, environment, style)]),
  ];
}

function versions({ stable, update, weight, underWay }: KnownRelease): string {
  if (stable === "" || stable === update) return update;
  if (!underWay) return `${stable}; ${update} was taken back`;
  return `${stable} -> ${update}${weight === undefined ? "" : `, ${weight} %`}`;
}

function said(release: KnownRelease, environment: string, style: Style): string[] {
  const { namespace, name, message, underWay, takenBack } = release;
  const lines = message === "" ? [] : wrap(message, style.columns - 4);
  const asks: readonly Ask[] = underWay ? ["promote", "abort"] : takenBack ? ["retry"] : [];
  const commands = asks.map((ask) => releaseCommand(environment, ask, name, "--namespace", namespace));
  return [...lines, ...commands].map((line) => `    ${line}`);
}
