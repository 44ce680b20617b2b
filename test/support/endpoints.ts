import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { ClusterAccess } from "../../cli/kubectl.ts";

/** What was seen of a Service's endpoints. */
interface Seen {
  /** The fewest that were ready at any time. */
  readonly least: number;
  readonly changes: number;
}

/** Follows every change of the slices of a Service. Begins when it has seen them once. */
export async function watchEndpoints(
  { kubectl, kubeconfig = "", context }: ClusterAccess,
  { namespace, service }: { readonly namespace: string; readonly service: string },
): Promise<{ end(): Seen }> {
  const fields = '{.metadata.name} {.endpoints[*].conditions.ready}{"\\n"}';
  const which = ["-n", namespace, "get", "endpointslices", "-l", `kubernetes.io/service-name=${service}`];
  const child = spawn(
    kubectl,
    ["--kubeconfig", kubeconfig, "--context", context, ...which, "--watch", "-o", `jsonpath=${fields}`],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  const slices = new Map<string, number>();
  let least = Number.POSITIVE_INFINITY;
  let changes = 0;
  const lines = createInterface({ input: child.stdout });
  const first = new Promise<void>((resolve, reject) => {
    lines.once("line", () => resolve());
    child.once("exit", () => reject(new Error(`the endpoints of ${namespace}/${service} cannot be watched`)));
  });
  lines.on("line", (line) => {
    const [name = "", ...ready] = line.split(" ");
    slices.set(name, ready.filter((one) => one === "true").length);
    changes++;
    least = Math.min(
      least,
      [...slices.values()].reduce((sum, one) => sum + one, 0),
    );
  });
  await first;
  return {
    end: () => {
      child.kill();
      return { least, changes };
    },
  };
}
