import { z } from "zod";
import { type Finding, type Scan, severityOf } from "./finding.ts";
import { firstSentence } from "./words.ts";

/** What is read of what `trivy … --format json` writes, in the second version of that. Parts without findings are left out by Trivy. */
export const trivySchema = z.object({
  SchemaVersion: z.literal(2),
  CreatedAt: z.string().optional(),
  ArtifactName: z.string(),
  ArtifactType: z.string().optional(),
  Results: z
    .array(
      z.object({
        Target: z.string(),
        Type: z.string().optional(),
        Vulnerabilities: z
          .array(
            z.object({
              VulnerabilityID: z.string(),
              PkgName: z.string(),
              PkgPath: z.string().optional(),
              InstalledVersion: z.string().optional(),
              FixedVersion: z.string().optional(),
              Severity: z.string().optional(),
              Title: z.string().optional(),
              Description: z.string().optional(),
            }),
          )
          .nullish(),
        Secrets: z
          .array(
            z.object({ RuleID: z.string(), Title: z.string(), Severity: z.string(), StartLine: z.number().optional() }),
          )
          .nullish(),
        Misconfigurations: z
          .array(
            z.object({
              ID: z.string(),
              Title: z.string(),
              Severity: z.string(),
              Status: z.string(),
              CauseMetadata: z.object({ StartLine: z.number().optional() }).optional(),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
});

/** Never the text that a secret was found in: Trivy hides the secret itself, and not what stands beside it. */
export function readTrivy({ ArtifactName, ArtifactType, CreatedAt, Results }: z.infer<typeof trivySchema>): Scan {
  // Of a package of a language Trivy names the language alone, whatever the image.
  const placeOf = (target: string, path = target) =>
    ArtifactType !== "container_image" || target.startsWith(ArtifactName) ? target : `${ArtifactName}/${path}`;
  const findings = (Results ?? []).flatMap(({ Target, Type, Vulnerabilities, Secrets, Misconfigurations }) => [
    ...(Vulnerabilities ?? []).map(
      (one): Finding => ({
        tool: "trivy",
        kind: Type ?? "package",
        component: one.PkgName,
        ...(one.InstalledVersion && { version: one.InstalledVersion }),
        id: one.VulnerabilityID,
        severity: severityOf(one.Severity),
        fixedIn: versionsIn(one.FixedVersion),
        where: placeOf(Target, one.PkgPath),
        title: one.Title ?? firstSentence(one.Description),
      }),
    ),
    ...(Secrets ?? []).map(
      (one): Finding => ({
        tool: "trivy",
        kind: "secret",
        component: Target,
        id: one.RuleID,
        severity: severityOf(one.Severity),
        fixedIn: [],
        where: ArtifactName,
        ...lineOf(one.StartLine),
        title: one.Title,
      }),
    ),
    ...(Misconfigurations ?? [])
      .filter(({ Status }) => Status === "FAIL")
      .map(
        (one): Finding => ({
          tool: "trivy",
          kind: "misconfiguration",
          component: Target,
          id: one.ID,
          severity: severityOf(one.Severity),
          fixedIn: [],
          where: ArtifactName,
          ...lineOf(one.CauseMetadata?.StartLine),
          title: one.Title,
        }),
      ),
  ]);
  const at = CreatedAt === undefined ? Number.NaN : Date.parse(CreatedAt);
  return { tool: "trivy", subject: ArtifactName, ...(!Number.isNaN(at) && { at: new Date(at) }), findings };
}

/** Trivy lists several, one for each series of versions, as `1.2.3, 2.0.1`. */
function versionsIn(fixed = ""): string[] {
  return fixed.split(",").flatMap((version) => version.trim() || []);
}

function lineOf(line: number | undefined) {
  return line !== undefined && line > 0 ? { line } : {};
}
