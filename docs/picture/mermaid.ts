import type { Application, StackModel } from "./model.ts";

/** The stack as a Mermaid flowchart, for places that draw it themselves. */
export function mermaid({ entries, applications, arrows }: StackModel): string {
  const nodes = Map.groupBy([...entries, ...applications], ({ namespace }) => namespace);
  const subgraphs = [...nodes].flatMap(([namespace, members]) => [
    `  subgraph ${nodeId(namespace)}["namespace ${namespace}"]`,
    ...members.map(
      (member) => `    ${nodeId(member.id)}["${member.name}<br/>${"pods" in member ? podsOf(member) : member.url}"]`,
    ),
    "  end",
  ]);
  const ways = arrows.map(({ from, to, label }) => `  ${nodeId(from)} -->|"${label}"| ${nodeId(to)}`);
  return ["flowchart LR", ...subgraphs, ...ways, ""].join("\n");
}

function podsOf({ pods }: Application): string {
  return pods
    .map(
      ({ component, min, max }) => `${max > min ? `${min} to ${max}` : min} ${component ? `× ${component}` : "pods"}`,
    )
    .join("<br/>");
}

function nodeId(id: string): string {
  return id.replaceAll(/[^a-z0-9]/gi, "_");
}
