import { OUR_PLUGINS } from "../plugins/index.ts";
import { toolsDirectory } from "./cache.ts";
import { haveCrds } from "./crds.ts";
import type { DiagnoseOptions, Diagnosis } from "./diagnosis.ts";
import { findGo, goInstallation } from "./go.ts";
import { findBuilt, type GoTool } from "./go-build.ts";
import { type Found, findKubectl, findLanguageHost, findOfficialPlugin, findPulumi, type Search } from "./machine.ts";
import { CLUSTER, PULUMI } from "./prepare.ts";
import { rangeInWords, type VersionRange } from "./semver.ts";
import { CRD_MODULES, VERSIONS } from "./versions.ts";

/** Go, every tool, every plugin. */
export async function diagnoseTools(options: DiagnoseOptions): Promise<Diagnosis[]> {
  const toolsDir = toolsDirectory(options.cacheDir);
  const [go, pulumi, kubectl, builtPulumi, builtCluster, crds] = await Promise.all([
    findGo(options.env),
    findPulumi(options),
    findKubectl(options),
    findBuilt(PULUMI, toolsDir),
    findBuilt(CLUSTER, toolsDir),
    haveCrds(toolsDir),
  ]);
  const hasAll = builtCluster !== undefined && crds && (pulumi.found ?? builtPulumi) !== undefined;
  const cluster: Diagnosis = {
    requirement: "rehearsal cluster",
    state: builtCluster ? "serves" : "builds",
    needed: `Kubernetes ${CLUSTER.version}, built here`,
    found: builtCluster ?? "not built yet",
  };
  return [
    diagnoseGo(go, hasAll),
    tool("pulumi", pulumi, VERSIONS.pulumi, PULUMI, builtPulumi),
    tool("kubectl", kubectl, VERSIONS.kubectl, CLUSTER, builtCluster),
    cluster,
    {
      requirement: "operators' CRDs",
      state: crds ? "serves" : "builds",
      needed: CRD_MODULES.map(({ name }) => name).join(", "),
      found: crds ? "in the cache" : "not downloaded yet",
    },
    ...(await Promise.all(OUR_PLUGINS.map((plugin) => diagnosePlugin(plugin, pulumi.found, options)))),
  ];
}

function diagnoseGo({ go, refused }: Awaited<ReturnType<typeof findGo>>, hasAll: boolean): Diagnosis {
  const about = { requirement: "Go", needed: rangeInWords(VERSIONS.go), fix: goInstallation() };
  if (go) return { requirement: "Go", needed: about.needed, state: "serves", found: `${go.version} at ${go.path}` };
  const found = refused.map(({ version, path }) => `${version || "a broken one"} at ${path}`).join(", ") || "none";
  if (hasAll)
    return { ...about, state: "limited", found, note: "Everything is built already; a change needs Go again." };
  return { ...about, state: "missing", found };
}

function tool(
  requirement: string,
  { found, refused }: Search,
  range: VersionRange,
  source: GoTool,
  built: string | undefined,
): Diagnosis {
  const needed = rangeInWords(range);
  if (found) return { requirement, state: "serves", needed, found: `${found.version} at ${found.path}` };
  const passedOver = refused.map(({ version, path }) => `${path} (${version || "does not run"}) does not serve`);
  const note = { ...(passedOver.length > 0 && { note: passedOver.join("; ") }) };
  if (built) return { requirement, state: "serves", needed, found: `${source.version}, built here: ${built}`, ...note };
  return { requirement, state: "builds", needed, found: "none", ...note };
}

async function diagnosePlugin(
  plugin: (typeof OUR_PLUGINS)[number],
  pulumi: Found | undefined,
  options: DiagnoseOptions,
): Promise<Diagnosis> {
  const { kind, name, version, note } = plugin;
  const about = { requirement: `plugin ${name}`, needed: `official, ${version}` };
  const official = await findOfficialPlugin(plugin, options);
  if (official) return { ...about, state: "serves", found: `official, at ${official}` };
  if (kind === "resource")
    return {
      ...about,
      state: "limited",
      found: "ours",
      note,
      fix: `pulumi plugin install resource ${name} v${version}`,
    };
  // The language host and the launcher of policy packs come with Pulumi's own installation.
  const host = pulumi && (await findLanguageHost(pulumi.path));
  if (host) return { ...about, state: "serves", found: `official, with ${pulumi.path}` };
  return { ...about, state: "limited", found: "ours", note, fix: "curl -fsSL https://get.pulumi.com | sh" };
}
