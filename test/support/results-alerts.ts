import { resultsWatched } from "../../components/observability/scanning/results.ts";
import { one, type Tried } from "./alert-series.ts";

const token = { secret: "tokens", key: "key" };
const found = (severity: string, state: string, count: string) =>
  one(
    `plumbline_scan_findings{namespace="data",report="shop",tool="trivy",severity="${severity}",state="${state}"}`,
    count,
  );
const scanned = (value: string) => one('plumbline_scan_time_seconds{namespace="data",report="shop"}', value);
const gate = (status: string) =>
  one(`plumbline_sonarqube_gate{namespace="data",report="sonarqube:shop",status="${status}"}`, "1x60");
const snyk = (severity: string, count: string) =>
  one(`plumbline_snyk_issues{namespace="data",report="snyk",project="shop",id="1",severity="${severity}"}`, count);
/** All three are told of. */
const known = { ...scanned("0x60"), ...gate("OK"), ...snyk("critical", "0x60") };

/** What pipelines, SonarQube and Snyk tell. */
export const RESULTS: Tried = {
  watched: resultsWatched("scans", "data", {
    reports: { shop: { url: "https://builds.example.com/scan.json" } },
    sonarQube: { url: "https://sonar.example.com", projects: ["shop"], token },
    snyk: { organisation: "0f3c1a52-7f3a-4d0e-9c57-2b1c3d4e5f60", token },
    maxAge: "36h",
  }),
  told: {
    ScanReportCritical: {
      fires: found("critical", "open", "1x60"),
      silent: {
        ...found("critical", "exempt", "3x60"),
        ...found("high", "open", "3x60"),
        ...found("critical", "open", "0x60"),
      },
    },
    // 36 hours are 129,600 s; 45 minutes are 2,700 s.
    ScanReportOld: { fires: scanned("-129000x60"), silent: scanned("-126000x60") },
    SonarQubeGateFailed: { fires: gate("ERROR"), silent: gate("OK"), without: gate("NONE") },
    SnykFoundCritical: {
      fires: snyk("critical", "2x60"),
      silent: { ...snyk("critical", "0x60"), ...snyk("high", "4x60") },
    },
    ScanResultsMissing: {
      fires: { ...scanned("0x60"), ...gate("OK") },
      silent: known,
      without: { ...known, ...scanned("0x5 stale _x54") },
    },
  },
};
