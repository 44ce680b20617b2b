import { dirname } from "node:path";
import type { Plugin } from "../../rehearsal/index.ts";
import type { NodeKind } from "../../stacks/node-kinds.ts";
import type { Change } from "../engine/progress.ts";
import type { Findings } from "../findings.ts";
import type { Style, Summary } from "../report.ts";
import { done, driftLine, planned } from "./engine-news.ts";
import { type Fact, factLines, factRoom } from "./facts.ts";
import { columns, shellWord, span, typed, width, wrappedColumns } from "./format.ts";
import { askedText } from "./rules.ts";
import type { Step } from "./screen.ts";
import { standingFacts } from "./stands.ts";

/** The end of an `up`: what stands, where, what it cost, what is real, and what to try next. */
export function upLines(summary: Summary, findings: Findings, style: Style): readonly string[] {
  const { environment, steps, milliseconds, logFile } = summary;
  const changed = steps.some(({ name }) => name === "Deploy");
  const outcome = changed ? done(findings.changes) : "nothing changed";
  const { cluster, plugins = [], tools = [] } = findings;
  const packages = findings.inventory?.packages ?? [];
  const pulumi = tools.find(({ name }) => name === "pulumi");
  const facts: readonly Fact[] = [
    ...standingFacts(findings, style),
    ...(findings.rules ? [["Policies", askedText(findings.rules, findings.violations)] as const] : []),
    ...(cluster
      ? [
          ["Cluster", `${cluster.server}, Kubernetes ${cluster.version}`] as const,
          ["Kubeconfig", cluster.kubeconfig] as const,
          ["Simulated", SIMULATED[findings.nodes ?? "simulated"]] as const,
        ]
      : []),
    ...(pulumi ? [["Engine", `pulumi ${pulumi.version}, ${ORIGINS[pulumi.origin]}`] as const] : []),
    [
      "Plugins",
      pluginLines(
        plugins.filter(({ kind, name }) => kind !== "resource" || packages.includes(name)),
        style,
      ),
    ],
    ["Time", timeText(steps, changed ? findings.changes : [])],
    ...(logFile === undefined ? [] : [["Log", logFile] as const]),
  ];
  return [
    "",
    `  ${style.paint(["bold", "green"], `${environment} stands`)}: ${outcome} in ${span(milliseconds)}.`,
    "",
    ...factLines(facts, style),
    ...nextLines(environment, findings, style),
  ];
}

/** The end of a `preview`: each change that `up` would make. */
export function previewLines({ environment }: Summary, { changes, drift }: Findings, style: Style): readonly string[] {
  const rows = changes.map(({ operation, label, kind, paths }) => [
    `    ${SIGNS[operation] ?? "·"}`,
    label,
    kind,
    paths.slice(0, 4).join(", ") + (paths.length > 4 ? ", …" : ""),
  ]);
  return [
    "",
    `  ${style.paint("bold", environment)}: ${planned(changes)}.`,
    ...(drift.length > 0 ? ["", ...drift.map((one) => `  Drift: ${driftLine(one)}`)] : []),
    ...(rows.length > 0 ? ["", ...columns(rows).map((line) => line.trimEnd())] : []),
  ];
}

/** The end of a `down`. */
export function downLines({ environment, milliseconds }: Summary, _: Findings, style: Style): readonly string[] {
  return ["", `  ${style.paint("bold", environment)} is down, in ${span(milliseconds)}.`];
}

const SIGNS: Readonly<Record<string, string>> = {
  create: "+",
  import: "+",
  update: "~",
  delete: "-",
  "create-replacement": "±",
  "delete-replaced": "-",
};

const DECIDES = "real are the API server, its storage, scheduler, controllers, admission and certificates";
const SIMULATED: Readonly<Record<NodeKind, string>> = {
  simulated: `nodes and pods (no container runs), load balancer addresses, the gateway and the Postgres operator; ${DECIDES}`,
  real:
    "the gateway; zones and nodes are namespaces of this machine, and images stand-ins made here (their labels say " +
    "how they differ); containers, their network, volumes and the Postgres operator are real",
  both:
    "every pod but those that are labelled plumbline.dev/real, themselves or their namespace; load balancer addresses, " +
    `the gateway and the Postgres operator; ${DECIDES}`,
};

const ORIGINS = { machine: "found on this machine", built: "built from its pinned source" } as const;

/** Whose each plugin is: a person must not take the rehearsal's for the official ones. */
function pluginLines(plugins: readonly Plugin[], style: Style): readonly string[] {
  return wrappedColumns(
    plugins.map(({ name, version, origin, note }) => [origin, `${name} ${version}`, note.replace(/^ours: /, "")]),
    factRoom(style),
  );
}

/** Waits shorter than this are not worth naming. */
const WAIT_MS = 3_000;

function timeText(steps: readonly Step[], changes: readonly Change[]): string {
  const took = steps
    .filter(({ began, ended = began }) => ended - began >= 50)
    .map(({ name, began, ended }) => `${name.toLowerCase()} ${span((ended ?? began) - began)}`);
  const waits = changes
    .filter(({ milliseconds }) => milliseconds >= WAIT_MS)
    .toSorted((a, b) => b.milliseconds - a.milliseconds)
    .slice(0, 3)
    .map(({ label, kind, milliseconds }) => `${label} (${kind}) ${span(milliseconds)}`);
  return [took.join(", "), ...(waits.length > 0 ? [`longest waits: ${waits.join(", ")}`] : [])].join("\n");
}

function nextLines(environment: string, findings: Findings, style: Style): readonly string[] {
  const { paint } = style;
  const { cluster, tools, inventory, workloads } = findings;
  const kubectl = tools?.find(({ name }) => name === "kubectl");
  if (!cluster || !kubectl) return [];
  const path = kubectl.origin === "machine" ? "" : ` PATH=${shellWord(dirname(kubectl.path))}:$PATH`;
  const deployment = workloads?.find(({ kind }) => kind === "Deployment");
  const namespace = deployment?.namespace ?? inventory?.namespaces[0] ?? "default";
  const commands: readonly (readonly [command: string, why: string])[] = [
    [`kubectl get pods -n ${namespace} -o wide`, "pods, spread over zones"],
    ...(deployment
      ? [[`kubectl delete deployment ${deployment.name} -n ${namespace}`, "then up again: it is put back"] as const]
      : []),
    [typed("up", environment), "changes nothing"],
    [typed("status", environment), "what stands"],
    [typed("down", environment), "leaves nothing"],
  ];
  return [
    "",
    `  ${paint("bold", "Try next")}`,
    `    export KUBECONFIG=${shellWord(cluster.kubeconfig)}${path}`,
    ...commandLines(commands, style),
  ];
}

/** Commands with what each is good for beside it; above it, where the screen is too narrow: a command stays whole on its line. */
function commandLines(
  commands: readonly (readonly [command: string, why: string])[],
  { columns: wide, paint }: Style,
): readonly string[] {
  const rows = commands.map(([command, why]) => [`    ${command}`, paint("dim", `# ${why}`)] as const);
  const lines = columns(rows);
  return lines.every((line) => width(line) <= wide) ? lines : rows.flatMap(([command, why]) => [`    ${why}`, command]);
}
