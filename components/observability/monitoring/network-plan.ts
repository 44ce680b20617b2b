import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { portOf } from "../../core/address.ts";
import { labels, selector } from "../../core/labels.ts";
import { admit, reach, reachApiServer } from "../../core/network.ts";
import { isOptOut, optOut, optOutAnnotations } from "../../core/opt-out.ts";
import type { Pods } from "../../core/usage.ts";
import { waysOut } from "../alerting/ways-out.ts";
import type { CompleteMonitoring, RemoteWrite } from "./args.ts";
import { KUBE_STATE_METRICS_PORT, kubeStateMetricsName } from "./kube-state-metrics.ts";
import { KUBELET_PORT } from "./kubelets.ts";
import { NODE_EXPORTER_PORT, nodeExporterName } from "./node-exporter.ts";
import { alertmanagerPods, PORTS, prometheusPods } from "./pods.ts";

type Policy = types.input.networking.v1.NetworkPolicy & { readonly metadata: { readonly name: string } };
type EgressRule = types.input.networking.v1.NetworkPolicyEgressRule;

const READS_EVERYTHING = optOut(
  "it reads every pod on the port that its monitor names; the policies of the other side let it in there and nowhere else",
);

/** Who may come in to each program, and where it may send. `readers` ask Prometheus, and are known when the program has run to its end. */
export function networkPlans(
  name: string,
  args: CompleteMonitoring,
  readers: pulumi.Output<readonly Pods[]>,
): Policy[] {
  const namespace = args.namespace.name;
  const prometheus = { namespace, podLabels: prometheusPods(name) };
  const alertmanager = { namespace, podLabels: alertmanagerPods(name) };
  const policy = (
    of: string,
    matchLabels: Readonly<Record<string, string>>,
    { ingress, egress }: Required<Pick<types.input.networking.v1.NetworkPolicySpec, "ingress" | "egress">>,
    annotations: Record<string, string> = {},
  ): Policy => ({
    metadata: { name: of, namespace, labels: labels(of), annotations },
    spec: { podSelector: { matchLabels: { ...matchLabels } }, policyTypes: ["Ingress", "Egress"], ingress, egress },
  });
  const own = [
    policy(
      `${name}-prometheus`,
      prometheusPods(name),
      {
        ingress: readers.apply((pods) => admit([prometheus, ...pods], [PORTS.prometheus])),
        egress: [
          { to: [{ namespaceSelector: {} }] },
          { ports: [{ protocol: "TCP", port: KUBELET_PORT }] },
          reachApiServer(),
          ...remoteWriteWay(args.remoteWrite),
        ],
      },
      optOutAnnotations({ networkPolicy: READS_EVERYTHING }),
    ),
    policy(nodeExporterName(name), selector(nodeExporterName(name)), {
      ingress: admit([prometheus], [NODE_EXPORTER_PORT]),
      egress: [],
    }),
    policy(kubeStateMetricsName(name), selector(kubeStateMetricsName(name)), {
      ingress: admit([prometheus], [KUBE_STATE_METRICS_PORT]),
      egress: [reachApiServer()],
    }),
  ];
  if (isOptOut(args.alerting)) return own;
  const gossip = (["TCP", "UDP"] as const).map((protocol) => ({ protocol, port: PORTS.gossip }));
  const [fromEach] = admit([alertmanager], [PORTS.gossip]);
  const [toEach] = reach([{ ...alertmanager, port: PORTS.gossip }]);
  return [
    ...own,
    policy(`${name}-alertmanager`, alertmanagerPods(name), {
      ingress: [...admit([prometheus], [PORTS.alertmanager]), { ...fromEach, ports: gossip }],
      egress: [{ ...toEach, ports: gossip }, ...waysOut(args.alerting)],
    }),
  ];
}

function remoteWriteWay(remoteWrite: RemoteWrite | undefined): EgressRule[] {
  if (remoteWrite === undefined) return [];
  return [{ ports: [{ protocol: "TCP", port: portOf(remoteWrite.url) }] }];
}
