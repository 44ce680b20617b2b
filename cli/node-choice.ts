import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeWhole } from "../rehearsal/toolchain/files.ts";
import { NODE_KINDS, type NodeKind } from "../stacks/node-kinds.ts";
import type { RehearsalEnvironment } from "./environment.ts";
import { EXIT, Failure } from "./failure.ts";

/** What a cluster's pods run on. */
export interface NodeChoice {
  readonly nodes: NodeKind;
  /** How many of the environment's zones have a real node, from the first on. Default: all. */
  readonly zones?: number;
}

/**
 * What a cluster is started with: what was asked for on the command line, now or when this cluster was started, else what
 * its environment says. So an `up` keeps the nodes that a `cluster start` chose, until a `cluster reset`.
 *
 * Throws `Failure` if fewer than one or more zones are asked for than there are, or zones of simulated nodes.
 */
export async function chooseNodes(
  cacheDir: string,
  name: string,
  { zones, cluster }: RehearsalEnvironment,
  asked: Partial<NodeChoice>,
): Promise<NodeChoice> {
  const kept = await readChoice(cacheDir, name);
  const nodes = asked.nodes ?? kept?.nodes ?? cluster.nodes ?? "simulated";
  const count = asked.zones ?? (asked.nodes === undefined ? kept?.zones : undefined);
  if (count === undefined) return { nodes };
  if (nodes === "simulated")
    throw new Failure(
      EXIT.usage,
      `--zones ${count} was given, and the nodes are simulated: they stand in every zone of stacks/${name}.yaml.`,
      "Leave it out, or add --nodes real.",
    );
  if (count > zones.length)
    throw new Failure(
      EXIT.usage,
      `--zones ${count} was given; allowed: 1 to ${zones.length}, for stacks/${name}.yaml has the zones ${zones.join(", ")}.`,
    );
  return { nodes, zones: count };
}

/** Remembers what was asked for, as long as the cluster has data. */
export async function keepChoice(cacheDir: string, name: string, choice: NodeChoice): Promise<void> {
  const path = choicePath(cacheDir, name);
  await mkdir(dirname(path), { recursive: true });
  await writeWhole(path, JSON.stringify(choice), 0o600);
}

/** A file that was cut short is none: the environment decides then. */
async function readChoice(cacheDir: string, name: string): Promise<NodeChoice | undefined> {
  try {
    const { nodes, zones } = JSON.parse(await readFile(choicePath(cacheDir, name), "utf8")) as NodeChoice;
    return NODE_KINDS.includes(nodes) ? { nodes, ...(zones !== undefined && { zones }) } : undefined;
  } catch {
    return undefined;
  }
}

function choicePath(cacheDir: string, name: string): string {
  return join(cacheDir, "clusters", name, "nodes.json");
}
