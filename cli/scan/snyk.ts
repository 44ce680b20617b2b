import { z } from "zod";
import { distinct, type Finding, type Scan, severityOf, UnreadableScan } from "./finding.ts";

const project = z.object({
  ok: z.boolean(),
  /** Why there is no result. */
  error: z.string().optional(),
  projectName: z.string().optional(),
  displayTargetFile: z.string().optional(),
  path: z.string().optional(),
  packageManager: z.string().optional(),
  vulnerabilities: z
    .array(
      z.object({
        id: z.string(),
        title: z.string(),
        severity: z.string(),
        packageName: z.string(),
        version: z.string().optional(),
        fixedIn: z.array(z.string()).optional(),
        identifiers: z.object({ CVE: z.array(z.string()).optional() }).optional(),
      }),
    )
    .optional(),
});

/** What is read of what `snyk test --json` and `snyk container test --json` write: of one project, or with `--all-projects` of several. */
export const snykSchema = z.union([project, z.array(project).min(1)]);

/** Throws where Snyk could not test: without a token, say. */
export function readSnyk(report: z.infer<typeof snykSchema>): Scan[] {
  return [report].flat().map((one) => {
    const where = one.displayTargetFile ?? one.projectName ?? one.path ?? "a project without a name";
    // What Snyk says of an error may hold the address that it asked, and is for its own log.
    if (one.error !== undefined || one.vulnerabilities === undefined)
      throw new UnreadableScan(`Snyk could not test ${where}; its own output says why`);
    const findings = one.vulnerabilities.map(
      (found): Finding => ({
        tool: "snyk",
        kind: one.packageManager ?? "package",
        component: found.packageName,
        ...(found.version && { version: found.version }),
        id: found.identifiers?.CVE?.[0] ?? found.id,
        severity: severityOf(found.severity),
        fixedIn: found.fixedIn ?? [],
        where,
        title: found.title,
      }),
    );
    return { tool: "snyk", subject: one.projectName ?? where, findings: distinct(findings) };
  });
}
