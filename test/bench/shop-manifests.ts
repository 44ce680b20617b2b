import { dump } from "js-yaml";

/** What one service of the made-up shop comes to. */
const OBJECTS_PER_SERVICE = 10;

type Manifest = Readonly<Record<string, unknown>>;

/**
 * Manifests of a shop as teams write them, always the same for the same number: a file for each service, of ten objects.
 * Every third service is careless in ways that reviews let through: a floating tag, no limits, a password in clear.
 */
export function shopManifests(objects: number): Map<string, string> {
  const services = Math.ceil(objects / OBJECTS_PER_SERVICE);
  return new Map(
    Array.from({ length: services }, (_, index) => {
      const name = `${NOUNS[index % NOUNS.length]}-${Math.floor(index / NOUNS.length)}`;
      const manifests = service(name, index).slice(0, objects - index * OBJECTS_PER_SERVICE);
      return [`${name}.yaml`, manifests.map((manifest) => dump(manifest, { noRefs: true })).join("---\n")];
    }),
  );
}

const NOUNS = [
  "orders",
  "payments",
  "catalog",
  "inventory",
  "cart",
  "search",
  "reviews",
  "shipping",
  "returns",
  "prices",
];

function service(name: string, index: number): Manifest[] {
  const isCareless = index % 3 === 2;
  const namespace = `team-${index % 7}`;
  const labels = {
    "app.kubernetes.io/name": name,
    "app.kubernetes.io/part-of": "shop",
    "app.kubernetes.io/version": "1.4.2",
  };
  const select = { "app.kubernetes.io/name": name };
  const metadata = { name, namespace, labels };
  const port = 8080 + (index % 10);
  const object = (apiVersion: string, kind: string, rest: Manifest, suffix = ""): Manifest => ({
    apiVersion,
    kind,
    metadata: { ...metadata, name: `${name}${suffix}` },
    ...rest,
  });
  return [
    object("apps/v1", "Deployment", { spec: deployment(name, labels, select, port, isCareless) }),
    object("v1", "Service", { spec: { selector: select, ports: [{ name: "http", port: 80, targetPort: port }] } }),
    object("v1", "ServiceAccount", { automountServiceAccountToken: false }),
    object("v1", "ConfigMap", { data: { "app.properties": "currency=EUR\nlocale=de_DE\n", LOG_LEVEL: "info" } }),
    object("autoscaling/v2", "HorizontalPodAutoscaler", {
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
        minReplicas: isCareless ? 1 : 3,
        maxReplicas: 12,
        metrics: [
          { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } },
        ],
      },
    }),
    object("policy/v1", "PodDisruptionBudget", { spec: { maxUnavailable: 1, selector: { matchLabels: select } } }),
    object("networking.k8s.io/v1", "NetworkPolicy", {
      spec: {
        podSelector: { matchLabels: select },
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ from: [{ podSelector: { matchLabels: { edge: "true" } } }], ports: [{ port }] }],
        egress: [{ to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } }] }],
      },
    }),
    object("networking.k8s.io/v1", "Ingress", {
      spec: {
        ingressClassName: "nginx",
        ...(!isCareless && { tls: [{ hosts: [`${name}.shop.example`], secretName: `${name}-tls` }] }),
        rules: [
          {
            host: `${name}.shop.example`,
            http: {
              paths: [{ path: "/", pathType: "Prefix", backend: { service: { name, port: { name: "http" } } } }],
            },
          },
        ],
      },
    }),
    object(
      "batch/v1",
      "CronJob",
      {
        spec: {
          schedule: `${index % 60} 3 * * *`,
          concurrencyPolicy: "Forbid",
          jobTemplate: {
            spec: {
              template: { metadata: { labels }, spec: { restartPolicy: "Never", ...pod(name, port, isCareless) } },
            },
          },
        },
      },
      "-cleanup",
    ),
    object("rbac.authorization.k8s.io/v1", "Role", {
      rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: isCareless ? ["*"] : ["get", "watch"] }],
    }),
  ];
}

function deployment(name: string, labels: Manifest, select: Manifest, port: number, isCareless: boolean): Manifest {
  const spread = { maxSkew: 1, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "DoNotSchedule" };
  return {
    replicas: isCareless ? 1 : 3,
    revisionHistoryLimit: 5,
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    selector: { matchLabels: select },
    template: {
      metadata: { labels, annotations: { "prometheus.io/scrape": "true", "prometheus.io/port": String(port) } },
      spec: {
        serviceAccountName: name,
        terminationGracePeriodSeconds: 45,
        ...(!isCareless && { topologySpreadConstraints: [{ ...spread, labelSelector: { matchLabels: select } }] }),
        ...pod(name, port, isCareless),
      },
    },
  };
}

function pod(name: string, port: number, isCareless: boolean): Manifest {
  const probe = (path: string) => ({ httpGet: { path, port: "http" }, periodSeconds: 5, failureThreshold: 3 });
  const careful = {
    resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "512Mi" } },
    livenessProbe: probe("/livez"),
    readinessProbe: probe("/readyz"),
    startupProbe: probe("/livez"),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
  };
  return {
    ...(!isCareless && {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
    }),
    containers: [
      {
        name,
        image: isCareless ? `registry.shop.example/${name}:latest` : `registry.shop.example/${name}:1.4.2`,
        ports: [{ name: "http", containerPort: port }],
        env: [
          { name: "LOG_LEVEL", valueFrom: { configMapKeyRef: { name, key: "LOG_LEVEL" } } },
          ...(isCareless ? [{ name: "DB_PASSWORD", value: "correct-horse" }] : []),
        ],
        volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
        ...(!isCareless && careful),
      },
    ],
    volumes: [{ name: "tmp", emptyDir: { sizeLimit: "64Mi" } }],
  };
}
