import { readFileSync, writeFileSync } from "node:fs";
import { type Duration, milliseconds } from "../../components/core/duration.ts";
import type { Exemption } from "../../policies/core/exemption.ts";
import { EXIT } from "../failure.ts";
import { guardOutput } from "../runner-output.ts";
import { readScanExemptions } from "../scan/exempt.ts";
import { type Scan, UnreadableScan } from "../scan/finding.ts";
import { RENDERERS, type ScanFormat } from "../scan/formats.ts";
import { readScans } from "../scan/read.ts";
import { passes, reportOf, type Threshold } from "../scan/report.ts";
import { readSonarQube } from "../scan/sonarqube.ts";

/** The flags of `plumbline scan`, as the command line gives them. */
export interface ScanFlags {
  readonly sonarqube?: URL;
  readonly project: readonly string[];
  readonly sonarqubeTokenFile?: string;
  readonly failOn: Threshold;
  readonly exemptions?: string;
  readonly maxAge: Duration;
  readonly format: ScanFormat;
  readonly output?: string;
}

type ScanExit = typeof EXIT.ok | typeof EXIT.failed | typeof EXIT.usage | typeof EXIT.interrupted;

/** Reads every result, judges, and writes the report. What cannot be read is no verdict: it is 2, and nothing is written. */
export async function runScan(reports: readonly string[], flags: ScanFlags, now = new Date()): Promise<ScanExit> {
  const output = guardOutput();
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    const exemptions = flags.exemptions === undefined ? [] : exemptionsIn(flags.exemptions, now);
    const scans = await scansOf(reports, flags, stopped.signal);
    refuseOld(scans, flags.maxAge, now);
    const report = reportOf(scans, { failOn: flags.failOn, exemptions, now });
    const text = RENDERERS[flags.format](report);
    if (flags.output === undefined) await output.print(text);
    else writeFileSync(flags.output, text);
    return output.exitCode(passes(report) ? EXIT.ok : EXIT.failed) as ScanExit;
  } catch (error) {
    if (stopped.signal.aborted) return EXIT.interrupted;
    const known = error instanceof UnreadableScan || error instanceof TypeError || "code" in (error as Error);
    const lines = (known ? (error as Error).message : `${(error as Error).stack}`).split("\n");
    process.stderr.write(lines.map((line) => `plumbline scan: ${line}\n`).join(""));
    return EXIT.usage;
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

async function scansOf(reports: readonly string[], flags: ScanFlags, signal: AbortSignal): Promise<Scan[]> {
  const { sonarqube, project } = flags;
  if (reports.length === 0 && sonarqube === undefined)
    throw new UnreadableScan("nothing was named to be read; allowed: files of results, or --sonarqube");
  if ((sonarqube === undefined) !== (project.length === 0))
    throw new UnreadableScan("--sonarqube and --project belong together: where to ask, and for what");
  const read = reports.flatMap((file) => {
    const text = readFileSync(file === "-" ? 0 : file, "utf8");
    try {
      return readScans(text);
    } catch (error) {
      throw error instanceof UnreadableScan ? new UnreadableScan(`${file}: ${error.message}`) : error;
    }
  });
  if (sonarqube === undefined) return read;
  const at = { url: sonarqube, token: tokenOf(flags) };
  for (const key of project) read.push(await readSonarQube(at, key, signal));
  return read;
}

/** From a file, or the environment: an argument would be seen by whoever lists processes. */
function tokenOf({ sonarqubeTokenFile: file }: ScanFlags): string {
  const token = (file === undefined ? process.env.SONAR_TOKEN : readFileSync(file, "utf8"))?.trim() ?? "";
  // What a header cannot hold is not repeated by saying so.
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new UnreadableScan(
    `${file ?? "SONAR_TOKEN"} ${token === "" ? "holds nothing" : "holds what is no token"}; allowed: a token of SonarQube, by --sonarqube-token-file or in SONAR_TOKEN`,
  );
}

function exemptionsIn(file: string, now: Date): Exemption[] {
  try {
    return readScanExemptions(readFileSync(file, "utf8"), now);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new TypeError(error.message.replaceAll(/^/gm, `${file}: `), { cause: error });
  }
}

/** A report that an earlier run has left says nothing of what is known since. */
function refuseOld(scans: readonly Scan[], maxAge: Duration, now: Date): void {
  const old = scans.filter(({ at }) => at !== undefined && now.getTime() - at.getTime() > milliseconds(maxAge));
  if (old.length === 0) return;
  const told = old.map(({ tool, subject, at }) => `${tool} of ${subject} is of ${at?.toISOString()}`).join("; ");
  throw new UnreadableScan(`${told}; allowed: scans of the last ${maxAge} (--max-age)`);
}
