import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { TRIVY_OPERATOR } from "../../components/cluster/operators/index.ts";
import { cacheDirectory } from "../../rehearsal/index.ts";
import type { KubeObject } from "../../rehearsal/plugins/kubernetes/object.ts";
import { requireGo } from "../../rehearsal/toolchain/go.ts";
import { type GoTool, goTool } from "../../rehearsal/toolchain/go-build.ts";

const TRIVY_VERSION = "0.66.0";

/** Trivy's own program. */
const TRIVY: GoTool = {
  name: "trivy",
  version: TRIVY_VERSION,
  moduleDir: join(import.meta.dirname, "trivy"),
  package: "github.com/aquasecurity/trivy/cmd/trivy",
  ldflags: ["-X", `github.com/aquasecurity/trivy/pkg/version/app.ver=${TRIVY_VERSION}`],
  smoke: ["--version"],
  links: [],
};

/** Writes a database for it. */
const DATABASE: GoTool = {
  ...TRIVY,
  name: "trivy-database",
  package: "./database",
  ldflags: [],
  smoke: ["-h"],
};

/** Renders charts. */
const CHART: GoTool = { ...DATABASE, name: "trivy-chart", package: "./chart" };
/** Trivy's operator, by a main package of ours. */
const OPERATOR: GoTool = {
  ...DATABASE,
  name: "trivy-operator",
  version: TRIVY_OPERATOR.version,
  package: "./operator",
};

const JSON_EXPORTER: GoTool = {
  name: "json-exporter",
  version: "0.7.0",
  moduleDir: join(import.meta.dirname, "json-exporter"),
  package: "github.com/prometheus-community/json_exporter",
  ldflags: [],
  smoke: ["--version"],
  links: [],
};

const built = async (tool: GoTool) =>
  join(await goTool(tool, { toolsDir: join(cacheDirectory(), "tools") }), tool.name);

export const trivyProgram = () => built(TRIVY);
export const operatorProgram = () => built(OPERATOR);
export const jsonExporterProgram = () => built(JSON_EXPORTER);

/** What is known of one package of one platform, as `database/main.go` reads it. */
export interface Known {
  readonly ID: string;
  readonly Title: string;
  readonly Severity: "CRITICAL" | "HIGH" | "MEDIUM" | "LOW";
  readonly Platform: string;
  readonly Package: string;
  readonly Advisory: Readonly<Record<string, unknown>>;
}

/** Writes a database of vulnerabilities where Trivy looks for one: in `db` of its cache. */
export async function trivyDatabase(cache: string, known: readonly Known[]): Promise<void> {
  execFileSync(await built(DATABASE), [join(cache, "db")], { input: JSON.stringify(known) });
}

/** What installs Trivy's operator, out of its own module. */
export interface OperatorModule {
  readonly definitions: readonly KubeObject[];
  /** What its chart makes with the values that a `Cluster` gives it, as that changes it. */
  readonly objects: readonly KubeObject[];
}

export async function operatorModule(): Promise<OperatorModule> {
  const { module, folder } = pinned();
  const go = await requireGo("Trivy's operator");
  // Go may write into the module that it downloads for: it gets a copy.
  const pins = mkdtempSync(join(tmpdir(), "plumbline-trivy-"));
  try {
    for (const file of ["go.mod", "go.sum"]) cpSync(join(TRIVY.moduleDir, file), join(pins, file));
    const told = execFileSync(go.path, ["mod", "download", "-json", module], { cwd: pins, encoding: "utf8" });
    const { Dir } = JSON.parse(told) as { Dir: string };
    const crds = readdirSync(join(Dir, folder)).map((file) => readFileSync(join(Dir, folder, file), "utf8"));
    const { name, namespace, chart } = TRIVY_OPERATOR;
    const words = ["-name", name, "-namespace", namespace, join(Dir, folder, "..")];
    const made = execFileSync(await built(CHART), words, {
      input: JSON.stringify(chart.values),
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    });
    return {
      definitions: objectsIn(crds.join("\n---\n")),
      objects: objectsIn(made).map(TRIVY_OPERATOR.change) as KubeObject[],
    };
  } finally {
    rmSync(pins, { recursive: true });
  }
}

function pinned() {
  const [module = "", version] = TRIVY_OPERATOR.crds.module.split("@");
  if (version !== `v${TRIVY_OPERATOR.version}`) throw new Error(`${module} is of another version than the operator`);
  return { module, folder: TRIVY_OPERATOR.crds.folder };
}

function objectsIn(yaml: string): KubeObject[] {
  return (loadAll(yaml) as (KubeObject | null | undefined)[]).flatMap((object) => object ?? []);
}
