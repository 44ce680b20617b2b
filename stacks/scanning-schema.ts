import { z } from "zod";
import { TRIVY_OPERATOR } from "../components/cluster/operators/trivy-operator.ts";
import { ADDRESS, isAddress } from "../components/core/address.ts";
import { isServiceUrl, SERVICE_URL } from "../components/core/index.ts";
import { complete, type ScanningArgs } from "../components/observability/scanning/args.ts";
import { scanningProblems } from "../components/observability/scanning/problems.ts";
import type { Parsed, Report } from "./environment-schema.ts";
import { duration, label, text } from "./fields.ts";
import { keyFile } from "./paging.ts";

/** The namespace of the shop's services, in which results are read. Tokens are in Secrets of it. */
export const SHOP = "shop";

const secretRef = text(
  `a Secret of the namespace ${SHOP} that holds a token under "key", as "${SHOP}/<name>"`,
  (given) => new RegExp(`^${SHOP}/[a-z][a-z0-9-]*$`).test(given),
);
const https = text(ADDRESS, isAddress);

export const scanningSchema = z.strictObject({
  /** Who scans the images that run: Trivy's operator, `installed` with the cluster's others, or the one in a namespace that is there. */
  images: z
    .union([z.literal("installed"), z.strictObject({ scanner: label })], {
      error: '"installed", or { scanner: <the namespace of Trivy\'s operator> }',
    })
    .exactOptional(),
  /** What pipelines have written with `plumbline scan --format json`, by name. */
  reports: z.record(label, z.strictObject({ url: https, secretRef: secretRef.exactOptional() })).exactOptional(),
  sonarQube: z
    .strictObject({
      url: text(`${ADDRESS}, or ${SERVICE_URL}`, (given) => isAddress(given) || isServiceUrl(given)),
      projects: z.array(z.string()),
      secretRef,
    })
    .exactOptional(),
  snyk: z.strictObject({ organisation: z.string(), secretRef, url: https.exactOptional() }).exactOptional(),
  /** How old a report may be; `36h` by default. */
  maxAge: duration.exactOptional(),
});

/** What an environment says of scans, as `Scanning` takes it. */
export function scanningArgs({
  images,
  reports,
  sonarQube,
  snyk,
  ...rest
}: z.infer<typeof scanningSchema>): Omit<ScanningArgs, "namespace" | "zones"> {
  return {
    ...rest,
    ...(images && { scanner: images === "installed" ? TRIVY_OPERATOR.namespace : images.scanner }),
    ...(reports && {
      reports: Object.fromEntries(
        Object.entries(reports).map(([name, { url, secretRef }]) => [
          name,
          { url, ...(secretRef !== undefined && { token: keyFile({ secretRef }) }) },
        ]),
      ),
    }),
    ...(sonarQube && { sonarQube: { url: sonarQube.url, projects: sonarQube.projects, token: keyFile(sonarQube) } }),
    ...(snyk && {
      snyk: { organisation: snyk.organisation, token: keyFile(snyk), ...(snyk.url !== undefined && { url: snyk.url }) },
    }),
  };
}

/** What no field of these says alone. */
export function checkScanning({ tier, zones, monitoring, scanning }: Parsed, report: Report): void {
  if (scanning === undefined) return;
  if (monitoring === undefined) report(["scanning"], "nothing, without monitoring: nobody would read what is found");
  if (tier === "rehearsal" && scanning.images === "installed")
    report(["scanning", "images"], "nothing: a rehearsal reaches no registry, and scans nothing");
  const args = complete({ ...scanningArgs(scanning), namespace: { name: SHOP } as never, zones });
  for (const { field, allowed } of scanningProblems("scans", args))
    report(["scanning", ...(field === "scanner" ? [] : field.split("."))], allowed);
}
