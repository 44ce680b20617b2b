import type { types } from "@pulumi/kubernetes";
import { checksum } from "../../core/checksum.ts";
import { labels, selector } from "../../core/labels.ts";
import { amount } from "../../core/quantity.ts";
import type { Resources } from "../../core/resources.ts";
import { RESTRICTED_CONTAINER } from "../../core/security-context.ts";
import { spread } from "../../core/spread.ts";
import { image } from "../../images/catalogue.ts";
import { dataLabels, declaredAnnotations, endsByItself } from "../declared.ts";
import { type CompleteArgs, OBJECTS_END } from "./args.ts";
import {
  configFiles,
  etcdArguments,
  gatewayArguments,
  METRICS_PORTS,
  masterArguments,
  members,
  names,
  PATHS,
  PORTS,
  scripts,
} from "./config.ts";
import { podDefaults, podEnvironment, weed, weedVolumes } from "./pod.ts";

export const SERVER = "server";
const STORAGE = "8Gi";
const size = (cpu: string, most: string, memory: string) =>
  ({ requests: { cpu, memory }, limits: { cpu: most, memory } }) as Resources;
const ETCD_RESOURCES = size("100m", "1", "512Mi");
const MASTER_RESOURCES = size("50m", "500m", "256Mi");
const GATEWAY_RESOURCES = size("100m", "1", "512Mi");
/** Of the gateway's memory, for objects that are on their way in; an upload above it waits. */
const UPLOAD_SHARE = 0.25;
/** Time to end what is under way: the filer gives 15 s to requests. */
const GRACE_SECONDS = 60;
/** Requests still come until every node has heard that the pod goes. */
const lifecycle = { preStop: { sleep: { seconds: 5 } } };

/**
 * Three pods that are all alike: etcd holds what is known of the objects, a master knows the volumes, and a gateway speaks S3. All start
 * together, since none is of use before it has found another.
 */
export function serversPlan(name: string, args: CompleteArgs): types.input.apps.v1.StatefulSet {
  const { zones, replication, backup } = args;
  const { server, identities, config } = names(name);
  const matchLabels = selector(name, SERVER);
  const annotations = { ...declaredAnnotations(args, { replication, backup }), ...endsByItself(args, OBJECTS_END) };
  const data = { name: "data", mountPath: PATHS.data };
  return {
    metadata: {
      name: server,
      namespace: args.namespace.name,
      labels: { ...labels(name, SERVER), ...dataLabels(args) },
      annotations,
    },
    spec: {
      serviceName: server,
      replicas: members(args),
      podManagementPolicy: "Parallel",
      selector: { matchLabels },
      template: {
        metadata: {
          labels: labels(name, SERVER),
          annotations: {
            ...annotations,
            "plumbline.dev/config-checksum": checksum({
              files: configFiles(),
              start: scripts(args)["gateway.sh"],
            }),
          },
        },
        spec: {
          ...podDefaults(name),
          terminationGracePeriodSeconds: GRACE_SECONDS,
          ...spread({ matchLabels, zones, sharedHosts: "never" }),
          // The filer ends if there is no etcd to ask.
          initContainers: [etcd(name, args)],
          containers: [
            weed(args, MASTER_RESOURCES, {
              name: "master",
              args: masterArguments(name, args),
              ports: [
                { name: "master", containerPort: PORTS.masterServers },
                { name: "metrics-master", containerPort: METRICS_PORTS.master },
              ],
              volumeMounts: [data],
              lifecycle,
              ...open("master"),
            }),
            weed(args, GATEWAY_RESOURCES, {
              name: "gateway",
              command: ["sh", `${PATHS.scripts}/gateway.sh`],
              args: gatewayArguments(name, args, amount(GATEWAY_RESOURCES.limits.memory) * UPLOAD_SHARE),
              ports: [
                { name: "s3", containerPort: PORTS.s3 },
                { name: "s3-servers", containerPort: PORTS.s3Servers },
                { name: "filer", containerPort: PORTS.filerServers },
                { name: "metrics-gateway", containerPort: METRICS_PORTS.gateway },
              ],
              volumeMounts: [
                { name: "scripts", mountPath: PATHS.scripts, readOnly: true },
                { name: "identities", mountPath: PATHS.identities, readOnly: true },
              ],
              lifecycle,
              ...probes({ httpGet: { path: "/healthz", port: "s3", scheme: "HTTPS" } }),
            }),
          ],
          volumes: [
            ...weedVolumes(name),
            { name: "scripts", configMap: { name: `${config}-scripts` } },
            { name: "identities", secret: { secretName: identities, defaultMode: 0o440 } },
          ],
        },
      },
      volumeClaimTemplates: [claim(STORAGE, args)],
    },
  };
}

function etcd(name: string, args: CompleteArgs): types.input.core.v1.Container {
  const http = (path: string) => ({ httpGet: { path, port: "metrics-etcd" } });
  return {
    name: "etcd",
    restartPolicy: "Always",
    image: image("etcd"),
    command: ["/usr/local/bin/etcd"],
    args: etcdArguments(name, args),
    env: podEnvironment(),
    ports: [
      { name: "etcd-peers", containerPort: PORTS.etcdPeers },
      { name: "metrics-etcd", containerPort: METRICS_PORTS.etcd },
    ],
    resources: ETCD_RESOURCES,
    securityContext: RESTRICTED_CONTAINER,
    startupProbe: { ...http("/readyz"), periodSeconds: 2, failureThreshold: 150 },
    // Not ready without a leader. Alive all the same: to start it anew would bring none.
    readinessProbe: { ...http("/readyz"), periodSeconds: 5, failureThreshold: 2 },
    livenessProbe: { ...http("/livez"), periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 5 },
    volumeMounts: [
      { name: "tls", mountPath: PATHS.tls, readOnly: true },
      { name: "data", mountPath: PATHS.data },
    ],
  };
}

/** Probes of what answers no question without a certificate: whether it listens. */
export function open(port: string) {
  return probes({ tcpSocket: { port } });
}

function probes(check: Pick<types.input.core.v1.Probe, "httpGet" | "tcpSocket">) {
  return {
    startupProbe: { ...check, periodSeconds: 2, failureThreshold: 150 },
    readinessProbe: { ...check, periodSeconds: 5, failureThreshold: 2, timeoutSeconds: 2 },
    livenessProbe: { ...check, periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 5 },
  };
}

/** The disk of a pod. */
export function claim(storage: string, args: CompleteArgs): types.input.core.v1.PersistentVolumeClaim {
  return {
    metadata: { name: "data", labels: dataLabels(args) },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
  };
}
