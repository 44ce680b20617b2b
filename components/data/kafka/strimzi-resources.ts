import type { types } from "@pulumi/kubernetes";
import type { Manifest } from "../../core/custom-resource.ts";
import type { Resources } from "../../core/resources.ts";

/** Of a pod, what the operator takes over. */
interface PodTemplate
  extends Pick<
    types.input.core.v1.PodSpec,
    "affinity" | "tolerations" | "topologySpreadConstraints" | "priorityClassName" | "securityContext"
  > {
  metadata?: Metadata;
  enableServiceLinks: false;
  terminationGracePeriodSeconds?: number;
}

interface Metadata {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

interface ContainerTemplate {
  securityContext: types.input.core.v1.SecurityContext;
}

/** The fields of `Kafka` that we set. */
interface KafkaSpec {
  kafka: {
    version: string;
    listeners: {
      name: string;
      port: number;
      type: "internal";
      tls: true;
      authentication: { type: "scram-sha-512" };
      configuration: { brokerCertChainAndKey: { secretName: string; certificate: string; key: string } };
    }[];
    authorization: { type: "simple" };
    config: Record<string, string | number | boolean>;
    rack: { type: "topology-label"; topologyKey: string };
    metricsConfig: { type: "jmxPrometheusExporter"; valueFrom: { configMapKeyRef: { name: string; key: string } } };
    template: { podDisruptionBudget: { maxUnavailable: number } };
  };
  entityOperator: {
    topicOperator: { resources: Resources };
    userOperator: { resources: Resources; secretPrefix: string };
    template: {
      pod: PodTemplate;
      topicOperatorContainer: ContainerTemplate;
      userOperatorContainer: ContainerTemplate;
    };
  };
}

/** The fields of `KafkaNodePool` that we set. */
interface KafkaNodePoolSpec {
  replicas: number;
  roles: ("controller" | "broker")[];
  storage: {
    type: "jbod";
    volumes: { id: number; type: "persistent-claim"; size: string; deleteClaim: boolean; kraftMetadata: "shared" }[];
  };
  resources: Resources;
  jvmOptions: { "-Xms": string; "-Xmx": string };
  template: {
    pod: PodTemplate;
    kafkaContainer: ContainerTemplate;
    initContainer: ContainerTemplate;
    persistentVolumeClaim: { metadata: Metadata };
  };
}

/** The fields of `KafkaTopic` that we set. */
interface KafkaTopicSpec {
  topicName: string;
  partitions: number;
  replicas: number;
  config: Record<string, string | number>;
}

/** What a user may do, and to what. */
export interface AclRule {
  type: "allow";
  resource: { type: "topic" | "group"; name: string; patternType: "literal" | "prefix" };
  operations: ("Read" | "Write" | "Describe")[];
}

/** The fields of `KafkaUser` that we set. */
interface KafkaUserSpec {
  authentication: {
    type: "scram-sha-512";
    password: { valueFrom: { secretKeyRef: { name: string; key: string } } };
  };
  authorization: { type: "simple"; acls: AclRule[] };
}

type StrimziManifest<Kind extends string, Spec> = Manifest<"kafka.strimzi.io/v1", Kind, Spec>;
export type KafkaManifest = StrimziManifest<"Kafka", KafkaSpec>;
export type KafkaNodePoolManifest = StrimziManifest<"KafkaNodePool", KafkaNodePoolSpec>;
export type KafkaTopicManifest = StrimziManifest<"KafkaTopic", KafkaTopicSpec>;
export type KafkaUserManifest = StrimziManifest<"KafkaUser", KafkaUserSpec>;
