import { type Command, InvalidArgumentError, Option } from "commander";
import { type Duration, isDuration } from "../components/core/duration.ts";
import type { OnEnd } from "./arguments.ts";
import type { ScanFlags } from "./commands/scan.ts";
import { SCAN_FORMATS } from "./scan/formats.ts";
import { THRESHOLDS } from "./scan/report.ts";

/** `plumbline scan`. */
export function addScanCommand(root: Command, onEnd: OnEnd): void {
  const several = (given: string, before: readonly string[]) => [...before, given];
  root
    .command("scan")
    .description("turn what Trivy, Dependency-Check, Snyk and SonarQube have found into one report and one verdict")
    .argument(
      "[reports...]",
      "files of trivy --format json, dependency-check --format JSON, snyk test --json; - is standard input",
    )
    .option("--sonarqube <url>", "ask this SonarQube for quality gates and open issues of security", address)
    .option("--project <key>", "with --sonarqube: a project, by its key; may be repeated", several, [])
    .option("--sonarqube-token-file <file>", "with --sonarqube: where its token is; default: the variable SONAR_TOKEN")
    .addOption(new Option("--fail-on <severity>", "what stops, from this on").choices(THRESHOLDS).default("high"))
    .option("--exemptions <file>", "findings that may stand for a time, JSON or YAML")
    .option("--max-age <duration>", "how old a scan may be", duration, "1d")
    .addOption(new Option("-f, --format <name>", "how the report is written").choices(SCAN_FORMATS).default("text"))
    .option("-o, --output <file>", "write the report there, not to standard output")
    .addHelpText("after", EXIT_HELP)
    .action(async (reports: string[], flags: ScanFlags) => {
      const { runScan } = await import("./commands/scan.ts");
      onEnd(await runScan(reports, flags));
    });
}

function address(given: string): URL {
  const url = /^https?:\/\/[^\s/@?#]+(\/[^\s?#]*)?$/.test(given) ? URL.parse(given) : null;
  const isHere = url !== null && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  // The token would be in clear on the way.
  if (url !== null && (url.protocol === "https:" || isHere)) return url;
  throw new InvalidArgumentError(
    "Allowed: an https:// address without a user, a query or a fragment; http:// to this machine.",
  );
}

function duration(given: string): Duration {
  if (isDuration(given)) return given;
  throw new InvalidArgumentError('Allowed: a whole number and ms, s, m, h or d, such as "36h".');
}

const EXIT_HELP = `
Exit codes: 0 nothing that is not allowed, 1 something is, or an exemption has ended, 2 wrong use, or a result cannot be read, is too old, or is
of a scan that failed: nothing was judged, and nothing is written; 130 interrupted. docs/scanning.md tells the rest.`;
