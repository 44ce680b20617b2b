import { scanningWatched } from "../../components/observability/scanning/images.ts";
import { one, type Series, type Tried } from "./alert-series.ts";

/** What the operator tells of an image that two workloads run: Prometheus calls their namespace `exported_namespace`. */
function found(metric: "vulnerabilities" | "exposedsecrets", severity: string, count: number): Series {
  const image = 'image_registry="index.docker.io",image_repository="library/redis",image_tag="8.2.1"';
  const of = (workload: string) =>
    `trivy_image_${metric}{namespace="data",exported_namespace="shop",resource_name="${workload}",severity="${severity}",${image}}`;
  return { [of("cache")]: `${count}x60`, [of("queue")]: `${count}x60` };
}

/** What a scanner finds, and that it finds nothing any more. */
export const SCANS: Tried = {
  watched: scanningWatched("data"),
  told: {
    ScanFoundCritical: {
      fires: found("vulnerabilities", "Critical", 2),
      silent: { ...found("vulnerabilities", "Critical", 0), ...found("vulnerabilities", "High", 7) },
    },
    ScanFoundSecret: {
      fires: found("exposedsecrets", "High", 1),
      silent: { ...found("exposedsecrets", "High", 0), ...found("exposedsecrets", "Low", 3) },
    },
    ScanMissing: {
      fires: one('trivy_image_vulnerabilities{namespace="another"}', "0x60"),
      silent: found("vulnerabilities", "Critical", 0),
    },
  },
};
