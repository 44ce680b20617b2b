import type { Field } from "./field.ts";
import type { StackObject } from "./stack-object.ts";

/**
 * Where objects of a kind speak of the pods that an operator makes of them, as paths from their root; `a.b[]` is each item of a list.
 * What such a place leaves out is the operator's to say.
 */
interface Operated {
  readonly group: string;
  /** As the API server's URLs have the kind. */
  readonly plural: string;
  /** A pod's `metadata` and `spec`. */
  readonly templates?: readonly string[];
  /** What has a pod's fields: securityContext, volumes, hostNetwork. */
  readonly specs?: readonly string[];
  /** Annotations of pods. */
  readonly annotations?: readonly string[];
  /** What has a container's fields: image, env, securityContext. */
  readonly containers?: readonly string[];
  /** Images that are called otherwise. */
  readonly images?: readonly string[];
  /** Parts of an image's name that the operator joins where no image is named. Nobody can judge one of them by itself: they are to be left out. */
  readonly imageParts?: readonly string[];
  /** What has a seccomp profile's fields, beside a security context. */
  readonly seccompProfiles?: readonly string[];
}

const MONITORING: Omit<Operated, "plural"> = {
  group: "monitoring.coreos.com",
  specs: ["spec"],
  annotations: ["spec.podMetadata.annotations"],
  images: ["spec.image", "spec.thanos.image"],
  imageParts: ["spec", "spec.thanos"].flatMap((at) => ["baseImage", "tag", "sha"].map((part) => `${at}.${part}`)),
};
const ISSUING = ["ingress", "gatewayHTTPRoute"].map((way) => `http01.${way}.podTemplate`);
const ISSUER: Omit<Operated, "plural"> = {
  group: "cert-manager.io",
  templates: ISSUING.map((way) => `spec.acme.solvers[].${way}`),
};
const CATALOG: Omit<Operated, "plural"> = { group: "postgresql.cnpg.io", images: ["spec.images[].image"] };
const PROXIES = ["envoyDeployment", "envoyDaemonSet"].map((kind) => `spec.provider.kubernetes.${kind}`);

/** What Strimzi calls a template of a pod and of its containers; the volumes of a pod stand beside its security context. */
function strimzi(
  plural: string,
  parts: Readonly<Record<string, readonly string[]>>,
  images: readonly string[],
): Operated {
  const templates = Object.entries(parts).map(([part, containers]) => ({ at: `${part}.template`, containers }));
  return {
    group: "kafka.strimzi.io",
    plural,
    specs: templates.map(({ at }) => `${at}.pod`),
    annotations: templates.map(({ at }) => `${at}.pod.metadata.annotations`),
    containers: templates.flatMap(({ at, containers }) => containers.map((container) => `${at}.${container}`)),
    images: images.map((part) => `${part}.image`),
  };
}

/** Of every operator whose pods a cluster does not judge, the kinds that say something of them. */
export const OPERATED: Readonly<Record<string, Operated>> = {
  Prometheus: { ...MONITORING, plural: "prometheuses" },
  PrometheusAgent: { ...MONITORING, plural: "prometheusagents" },
  Alertmanager: { ...MONITORING, plural: "alertmanagers" },
  ThanosRuler: { ...MONITORING, plural: "thanosrulers" },
  RabbitmqCluster: {
    group: "rabbitmq.com",
    plural: "rabbitmqclusters",
    templates: ["spec.override.statefulSet.spec.template"],
    images: ["spec.image", "spec.secretBackend.vault.defaultUserUpdaterImage"],
  },
  Cluster: {
    group: "postgresql.cnpg.io",
    plural: "clusters",
    // It copies those of AppArmor from its object to the pods, and the other ones to all that it makes.
    annotations: ["metadata.annotations", "spec.inheritedMetadata.annotations"],
    containers: ["spec"],
    seccompProfiles: ["spec.seccompProfile"],
    images: ["spec.imageName", "spec.postgresql.extensions[].image.reference"],
  },
  Pooler: { group: "postgresql.cnpg.io", plural: "poolers", templates: ["spec.template"] },
  ImageCatalog: { ...CATALOG, plural: "imagecatalogs" },
  ClusterImageCatalog: { ...CATALOG, plural: "clusterimagecatalogs" },
  ObjectStore: {
    group: "barmancloud.cnpg.io",
    plural: "objectstores",
    containers: ["spec.instanceSidecarConfiguration"],
  },
  EnvoyProxy: {
    group: "gateway.envoyproxy.io",
    plural: "envoyproxies",
    templates: PROXIES.map((at) => `${at}.patch.value.spec.template`),
    specs: PROXIES.map((at) => `${at}.pod`),
    annotations: PROXIES.map((at) => `${at}.pod.annotations`),
    containers: PROXIES.flatMap((at) => [`${at}.container`, `${at}.initContainers[]`]),
  },
  Issuer: { ...ISSUER, plural: "issuers" },
  ClusterIssuer: { ...ISSUER, plural: "clusterissuers" },
  Challenge: {
    group: "acme.cert-manager.io",
    plural: "challenges",
    templates: ISSUING.map((way) => `spec.solver.${way}`),
  },
  Kafka: strimzi(
    "kafkas",
    {
      "spec.kafka": ["kafkaContainer", "initContainer"],
      "spec.entityOperator": ["topicOperatorContainer", "userOperatorContainer"],
      "spec.cruiseControl": ["cruiseControlContainer"],
      "spec.kafkaExporter": ["container"],
    },
    [
      "spec.kafka",
      "spec.entityOperator.topicOperator",
      "spec.entityOperator.userOperator",
      "spec.cruiseControl",
      "spec.kafkaExporter",
    ],
  ),
  KafkaNodePool: strimzi("kafkanodepools", { spec: ["kafkaContainer", "initContainer"] }, []),
  KafkaConnect: strimzi("kafkaconnects", { spec: ["connectContainer", "initContainer"] }, ["spec"]),
  KafkaMirrorMaker2: strimzi("kafkamirrormaker2s", { spec: ["connectContainer", "initContainer"] }, ["spec"]),
  KafkaBridge: strimzi("kafkabridges", { spec: ["bridgeContainer", "initContainer"] }, ["spec"]),
};

/** Where a kind keeps each part of a pod that rules read. */
export interface Places {
  readonly specs: readonly string[];
  readonly annotations: readonly string[];
  readonly volumes: readonly string[];
  readonly containers: readonly string[];
  readonly images: readonly string[];
  readonly imageParts: readonly string[];
  readonly seccompProfiles: readonly string[];
}

export function placesOf({
  templates = [],
  specs = [],
  annotations = [],
  containers = [],
  images = [],
  imageParts = [],
  seccompProfiles = [],
}: Operated): Places {
  const all = [...specs, ...templates.map((template) => `${template}.spec`)];
  // A list of pods in an object names no containers and no volumes of theirs.
  const whole = all.filter((spec) => !spec.includes("[]"));
  return {
    specs: all,
    annotations: [...annotations, ...templates.map((template) => `${template}.metadata.annotations`)],
    volumes: whole.map((spec) => `${spec}.volumes[]`),
    containers: [
      ...containers,
      ...whole.flatMap((spec) =>
        ["initContainers", "containers", "ephemeralContainers"].map((list) => `${spec}.${list}[]`),
      ),
    ],
    images,
    imageParts,
    seccompProfiles,
  };
}

/** Whether an operator makes pods of an object, which speaks of them. */
export function isOperated({ kind = "", group }: StackObject): boolean {
  return Object.hasOwn(OPERATED, kind) && OPERATED[kind]?.group === group;
}

/** The fields of an object at some of its kind's places. */
export function operatedFields(object: StackObject, part: keyof Places): Field[] {
  const operated = isOperated(object) ? OPERATED[object.kind ?? ""] : undefined;
  return operated ? placesOf(operated)[part].flatMap((place) => fieldsAt(object.root, place)) : [];
}

function fieldsAt(root: Field, place: string): Field[] {
  return place
    .split(".")
    .reduce<Field[]>(
      (fields, step) =>
        step.endsWith("[]")
          ? fields.flatMap((field) => field.at(step.slice(0, -2)).items())
          : fields.map((field) => field.at(step)),
      [root],
    );
}
