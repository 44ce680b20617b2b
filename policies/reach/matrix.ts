import type { Network } from "./network.ts";
import type { Pods } from "./policy.ts";
import { spokenPorts } from "./ports.ts";

/**
 * Who reaches whom, for people and for a review's diff: by who is called, each line a way that is open. What has no line is closed. `elsewhere` are peers
 * that are none of the stack's pods, by the words of the policy that opens to them.
 */
export function matrixOf(network: Network): string {
  const nameOf = ({ namespace, name }: Pods) => `${namespace}/${name}`;
  const edges = network.edges();
  const doors = network.doors();
  const sections = network.pods.map((pods) => {
    const lines = [
      ...edges
        .filter(({ to }) => to === pods)
        .map(({ from, ports }) => `  from ${nameOf(from)}: ${spokenPorts(ports)}`),
      ...doors
        .filter(({ of, direction }) => of === pods && direction === "ingress")
        .map(({ peer, ports }) => `  from elsewhere, ${peer}: ${spokenPorts(ports)}`),
      ...doors
        .filter(({ of, direction }) => of === pods && direction === "egress")
        .map(({ peer, ports }) => `  to elsewhere, ${peer}: ${spokenPorts(ports)}`),
    ];
    const sorted = lines.length > 0 ? lines.toSorted() : ["  closed"];
    return [nameOf(pods), ...sorted].join("\n");
  });
  return `${sections.toSorted().join("\n\n")}\n`;
}
