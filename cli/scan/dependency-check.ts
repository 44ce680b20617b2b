import { z } from "zod";
import { type Finding, type Scan, severityOf, UnreadableScan } from "./finding.ts";
import { firstSentence } from "./words.ts";

/** What is read of what OWASP Dependency-Check writes with `--format JSON`. What its own file suppresses is not in `vulnerabilities`. */
export const dependencyCheckSchema = z.object({
  reportSchema: z.string(),
  scanInfo: z.object({ analysisExceptions: z.array(z.unknown()).optional() }),
  projectInfo: z.object({ name: z.string(), reportDate: z.string() }),
  dependencies: z.array(
    z.object({
      fileName: z.string(),
      packages: z.array(z.object({ id: z.string() })).optional(),
      vulnerabilities: z
        .array(
          z.object({
            name: z.string(),
            severity: z.string().optional(),
            description: z.string().optional(),
            vulnerableSoftware: z
              .array(
                z.object({
                  software: z.object({
                    versionEndExcluding: z.string().optional(),
                    vulnerabilityIdMatched: z.union([z.string(), z.boolean()]).optional(),
                  }),
                }),
              )
              .optional(),
          }),
        )
        .optional(),
    }),
  ),
});

/** Throws where an analysis has failed: what it would have found is not known. */
export function readDependencyCheck(report: z.infer<typeof dependencyCheckSchema>): Scan {
  const { scanInfo, projectInfo, dependencies } = report;
  const failed = scanInfo.analysisExceptions?.length ?? 0;
  if (failed > 0)
    throw new UnreadableScan(
      `Dependency-Check could not finish ${failed} of its analyses (scanInfo.analysisExceptions)`,
    );
  const findings = dependencies.flatMap(({ fileName, packages = [], vulnerabilities = [] }) => {
    const { kind, component, version } = packageOf(packages[0]?.id) ?? { kind: "file", component: fileName };
    return vulnerabilities.map(
      (one): Finding => ({
        tool: "dependency-check",
        kind,
        component,
        ...(version !== undefined && { version }),
        id: one.name,
        severity: severityOf(one.severity),
        fixedIn: (one.vulnerableSoftware ?? [])
          .filter(({ software }) => String(software.vulnerabilityIdMatched) === "true")
          .flatMap(({ software }) => software.versionEndExcluding ?? []),
        where: fileName,
        title: firstSentence(one.description),
      }),
    );
  });
  const at = Date.parse(projectInfo.reportDate);
  const subject = projectInfo.name === "" ? "Dependency-Check" : projectInfo.name;
  return { tool: "dependency-check", subject, ...(!Number.isNaN(at) && { at: new Date(at) }), findings };
}

/** A package URL, as `pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1`. */
function packageOf(purl: string | undefined) {
  const [, kind, path, version] = /^pkg:([a-z0-9.+-]+)\/([^@?#]+)(?:@([^?#]+))?/i.exec(purl ?? "") ?? [];
  if (kind === undefined || path === undefined) return undefined;
  const component = path
    .split("/")
    .map(decodeURIComponent)
    .join(kind === "maven" ? ":" : "/");
  return { kind, component, ...(version !== undefined && { version: decodeURIComponent(version) }) };
}
