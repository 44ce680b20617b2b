/** How bad a finding is, the worst first; `unknown` where its tool does not say. */
export const SEVERITIES = ["critical", "high", "medium", "low", "unknown"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The tools whose results are read. */
export type Tool = "trivy" | "dependency-check" | "snyk" | "sonarqube";

/** One thing that a tool has found, in the one form that all of them are turned into. The names are those of the JSON: they do not change. */
export interface Finding {
  readonly tool: Tool;
  /** What kind of thing it is found in: the type of a package (`npm`, `debian`, `maven`), `secret`, `misconfiguration`, `code`, or `gate`. */
  readonly kind: string;
  /** The package, the file, or the condition of a gate. */
  readonly component: string;
  /** Of the component, where it has one. */
  readonly version?: string;
  /** The CVE where there is one, else the tool's own name for it. */
  readonly id: string;
  readonly severity: Severity;
  /** Versions that mend it; none where nobody has mended it, or that is not told. */
  readonly fixedIn: readonly string[];
  /** What was scanned: an image, a file of packages, a project. */
  readonly where: string;
  /** From 1, in `component`, which is a file then. */
  readonly line?: number;
  readonly title: string;
}

/** What one tool has said of one thing. */
export interface Scan {
  readonly tool: Tool;
  /** What was scanned, by the tool's own name for it. */
  readonly subject: string;
  /** When; absent where the tool does not say. */
  readonly at?: Date;
  readonly findings: readonly Finding[];
}

/** A result that cannot be read, or that says of itself that the scan has failed. Nothing is said about what was scanned. */
export class UnreadableScan extends Error {
  override readonly name = "UnreadableScan";
}

/** What an exemption names, as `npm package-lock.json/lodash`. */
export function labelOf({ kind, where, component }: Finding): string {
  return `${kind} ${where}/${component}`;
}

/** A tool's word for how bad it is, whatever its case; what none of them means is `unknown`. */
export function severityOf(word: string | undefined): Severity {
  const known = word?.toLowerCase() ?? "";
  if (known === "moderate") return "medium";
  return SEVERITIES.find((severity) => severity === known) ?? "unknown";
}

/** Each finding once: some tools tell of one for every way that leads to a package. */
export function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}
