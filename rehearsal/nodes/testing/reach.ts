import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { dump } from "js-yaml";
import type { RealCluster } from "./real-cluster.ts";

/** A pod that serves TCP on ports and can call others. */
export interface Caller {
  readonly namespace: string;
  readonly name: string;
  readonly zone: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The pod's manifest: it listens on all of the ports, so that a call which does not arrive was dropped on its way. */
export function callerPod({ namespace, name, zone, labels = {} }: Caller, ports: readonly number[]): object {
  const serve = ports.map((port) => `busybox httpd -p ${port} -h /`).join("; ");
  return podOf({ namespace, name, zone, labels }, `${serve}; exec busybox sleep 100000`, {
    ports: ports.map((containerPort) => ({ name: `port-${containerPort}`, containerPort })),
    readinessProbe: { tcpSocket: { port: ports[0] }, periodSeconds: 1 },
  });
}

/** A pod that runs a script once, as the first thing that it does. */
export function scriptPod(caller: Caller, script: string): object {
  return podOf(caller, script, {});
}

function podOf({ namespace, name, zone, labels = {} }: Caller, script: string, container: object): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace, name, labels },
    spec: {
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 0,
      nodeSelector: { "topology.kubernetes.io/zone": zone },
      containers: [
        {
          name: "busybox",
          image: "plumbline.test/busybox:1",
          imagePullPolicy: "Never",
          command: ["/bin/busybox", "sh", "-c", script],
          // Ports below 1024.
          securityContext: { runAsUser: 0 },
          ...container,
        },
      ],
    },
  };
}

/** A shell command that succeeds if a TCP connection is made within the seconds. */
export function dial(address: string, port: number, seconds = 1): string {
  return `busybox nc -w ${seconds} ${address} ${port} -e /bin/busybox true`;
}

/** Those of the targets, `address:port`, that the pod reaches; all are called at once. */
export async function reached(
  { kubectl }: RealCluster,
  { namespace, name }: Caller,
  targets: readonly string[],
): Promise<string[]> {
  const calls = targets.map((target) => {
    const [address = "", port] = target.split(":");
    return `(${dial(address, Number(port))} 2>/dev/null && echo ${target}) &`;
  });
  const script = `${calls.join("\n")}\nwait`;
  const said = await kubectl("-n", namespace, "exec", name, "--", "/bin/busybox", "sh", "-c", script);
  return said.split("\n").filter(Boolean);
}

/** Creates or changes objects. */
export async function apply({ cacheDir, kubectl }: RealCluster, objects: readonly object[]): Promise<void> {
  const file = join(cacheDir, "objects.yaml");
  writeFileSync(file, objects.map((object) => dump(object)).join("---\n"));
  await kubectl("apply", "-f", file);
}
