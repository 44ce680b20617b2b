import { numeral, texts } from "../../core/aws.ts";
import {
  type AwsSetting,
  type AwsTable,
  filled,
  has,
  is,
  on,
  oneOf,
  setting,
  unless,
} from "../../core/aws-settings.ts";
import type { Field } from "../../core/field.ts";

/** A search domain speaks HTTPS to its clients, and TLS between its nodes where it has more than one. */
const DOMAIN: readonly AwsSetting[] = [
  on("domainEndpointOptions.enforceHttps"),
  on("nodeToNodeEncryption.enabled", { when: (root) => (numeral(root.at("clusterConfig", "instanceCount")) ?? 1) > 1 }),
];

/** Protocols of listeners that encrypt, or that leave it to what lies behind them. */
const PROTOCOLS: readonly string[] = ["HTTPS", "TLS", "TCP", "UDP", "TCP_UDP", "GENEVE", "QUIC", "TCP_QUIC"];

/** A listener in clear may only send browsers to HTTPS. */
const LISTENER: readonly AwsSetting[] = [
  oneOf("protocol", PROTOCOLS, { when: (root) => isListening(root) && !onlyRedirects(root) }),
];

/** One without protocol and port is a Gateway Load Balancer's. */
function isListening(root: Field): boolean {
  return has("port")(root) || has("protocol")(root);
}

/** Whether a listener speaks to browsers in clear, whatever it tells them. */
export function isInClear(listener: Field): boolean {
  return isListening(listener) && !PROTOCOLS.includes(listener.at("protocol").text() ?? "");
}

function onlyRedirects(root: Field): boolean {
  const actions = root.at("defaultActions").items();
  return actions.length > 0 && actions.every((action) => action.at("redirect", "protocol").text() === "HTTPS");
}

/** A parameter of a database that must not be switched off. */
function notOff(name: string, values: readonly string[]): AwsSetting {
  const off = (parameter: Field) =>
    parameter.at("name").text() === name && values.includes(parameter.at("value").scalar() ?? "");
  return setting("parameters", (parameters) => !parameters.items().some(off), `no ${name} that is off`, {
    unset: true,
  });
}

const JOB = [on("networkConfig.enableInterContainerTrafficEncryption")];

/**
 * Where services in AWS say whether they speak TLS, within themselves and with their clients. What always does (DynamoDB,
 * Keyspaces, SQS, a serverless cache) is left out. Defaults: the properties' documentation in @pulumi/aws 7.48.
 */
export const IN_TRANSIT: AwsTable = {
  "aws:appsync/apiCache:ApiCache": [on("transitEncryptionEnabled")],
  "aws:chime/voiceConnector:VoiceConnector": [on("requireEncryption")],
  "aws:cloudfront/distribution:Distribution": [
    oneOf("defaultCacheBehavior.viewerProtocolPolicy", ["redirect-to-https", "https-only"]),
    oneOf("orderedCacheBehaviors[].viewerProtocolPolicy", ["redirect-to-https", "https-only"]),
  ],
  "aws:cloudfront/multitenantDistribution:MultitenantDistribution": [
    oneOf("defaultCacheBehavior.viewerProtocolPolicy", ["redirect-to-https", "https-only"]),
    oneOf("cacheBehaviors[].viewerProtocolPolicy", ["redirect-to-https", "https-only"]),
  ],
  "aws:cloudsearch/domain:Domain": [on("endpointOptions.enforceHttps")],
  "aws:dax/cluster:Cluster": [oneOf("clusterEndpointEncryptionType", ["TLS"])],
  "aws:docdb/clusterParameterGroup:ClusterParameterGroup": [notOff("tls", ["disabled"])],
  "aws:ecs/taskDefinition:TaskDefinition": [
    setting(
      "volumes[]",
      (volume) => {
        const efs = volume.at("efsVolumeConfiguration");
        return efs.absent || efs.at("transitEncryption").text() === "ENABLED";
      },
      '{ efsVolumeConfiguration: { transitEncryption: "ENABLED" } }',
    ),
  ],
  "aws:elasticache/cluster:Cluster": [
    // A single Redis node cannot; a replication group can.
    on("transitEncryptionEnabled", { when: is("engine", "memcached") }),
  ],
  "aws:elasticache/replicationGroup:ReplicationGroup": [
    on("transitEncryptionEnabled"),
    // Without either, whoever reaches the port is let in.
    setting("authToken", (token) => !token.absent, "a token, or userGroupIds", { when: unless(has("userGroupIds")) }),
  ],
  "aws:elasticsearch/domain:Domain": DOMAIN,
  "aws:elb/loadBalancer:LoadBalancer": [oneOf("listeners[].lbProtocol", ["https", "ssl", "HTTPS", "SSL"])],
  // A stream is a way as much as a store: a record lies in it until its readers have come by.
  "aws:kinesis/stream:Stream": [oneOf("encryptionType", ["KMS"])],
  "aws:lb/listener:Listener": LISTENER,
  "aws:lb/targetGroup:TargetGroup": [
    setting("protocol", (protocol) => protocol.text() !== "HTTP", '"HTTPS"', { unset: true }),
  ],
  "aws:memorydb/cluster:Cluster": [on("tlsEnabled", { unset: true })],
  "aws:msk/cluster:Cluster": [
    filled("encryptionInfo", '{ encryptionInTransit: { clientBroker: "TLS", inCluster: true } }'),
    oneOf("encryptionInfo.encryptionInTransit.clientBroker", ["TLS"], { unset: true }),
    on("encryptionInfo.encryptionInTransit.inCluster", { unset: true }),
  ],
  "aws:mskconnect/connector:Connector": [oneOf("kafkaClusterEncryptionInTransit.encryptionType", ["TLS"])],
  "aws:opensearch/domain:Domain": DOMAIN,
  "aws:rds/clusterParameterGroup:ClusterParameterGroup": [
    notOff("rds.force_ssl", ["0"]),
    notOff("require_secure_transport", ["0", "OFF"]),
  ],
  "aws:rds/parameterGroup:ParameterGroup": [
    notOff("rds.force_ssl", ["0"]),
    notOff("require_secure_transport", ["0", "OFF"]),
  ],
  "aws:rds/proxy:Proxy": [on("requireTls")],
  "aws:redshift/parameterGroup:ParameterGroup": [
    setting(
      "parameters",
      (parameters) =>
        parameters
          .items()
          .some((one) => one.at("name").text() === "require_ssl" && one.at("value").scalar() === "true"),
      '[{ name: "require_ssl", value: "true" }]',
    ),
  ],
  "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition": JOB,
  "aws:sagemaker/monitoringSchedule:MonitoringSchedule": [
    on("monitoringScheduleConfig.monitoringJobDefinition.networkConfig.enableInterContainerTrafficEncryption", {
      when: has("monitoringScheduleConfig.monitoringJobDefinition"),
    }),
  ],
  "aws:sagemaker/trainingJob:TrainingJob": [on("enableInterContainerTrafficEncryption")],
  "aws:ses/configurationSet:ConfigurationSet": [oneOf("deliveryOptions.tlsPolicy", ["Require"])],
  "aws:sesv2/configurationSet:ConfigurationSet": [oneOf("deliveryOptions.tlsPolicy", ["REQUIRE"])],
  "aws:transfer/server:Server": [
    setting("protocols", (protocols) => !texts(protocols).includes("FTP"), 'no "FTP"', { unset: true }),
  ],
};
