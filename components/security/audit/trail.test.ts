import { expect, test } from "vitest";
import { Namespace } from "../../cluster/namespace.ts";
import { optOut } from "../../core/opt-out.ts";
import { ObjectStore } from "../../data/index.ts";
import { Issuer } from "../../edge/index.ts";
import { Logging } from "../../observability/index.ts";
import { AWS_PLACE } from "../../testing/aws-place.ts";
import { record } from "../../testing/record.ts";
import { breakGlassLine, breakGlassPatterns } from "./eks-plan.ts";
import { shipperConfig } from "./shipper-config.ts";
import { AuditTrail } from "./trail.ts";
import type { AuditTrailArgs } from "./trail-args.ts";

const zones = ["a", "b", "c"];
const BREAK_GLASS = ["platform-break-glass"];
const { region, accountId, alarms } = AWS_PLACE;
const EKS = { kind: "eks", clusterName: "shop", aws: { region, accountId, alarms }, keep: "400d" } as const;

/** A control plane of one's own, with both places that copies go to. */
function ownControlPlane() {
  return record("production", () => {
    const namespace = new Namespace("watch", { quota: { cpu: "9", memory: "9Gi", pods: 99, storage: "99Gi" } });
    const issuer = new Issuer("internal", { authority: "private" });
    const objects = new ObjectStore("objects", {
      namespace,
      zones,
      issuer,
      dataClass: "restricted",
      buckets: { audit: { expireAfter: "91d" } },
    });
    const logs = new Logging("logs", {
      namespace,
      zones,
      store: { kind: "loki", disk: "10Gi" },
      retention: "7d",
      records: { audit: "91d" },
    });
    const source = { kind: "controlPlane", logs, archive: objects.bucket("audit") } as const;
    const trail = new AuditTrail("audit", { namespace, source, breakGlass: BREAK_GLASS });
    return { policy: trail.policy };
  });
}

test("on every node of a control plane a shipper reads what the API server wrote, and may write nothing but how far it has read", async () => {
  const { inputsOf } = await ownControlPlane();
  const { spec, metadata } = inputsOf(":DaemonSet", "audit-shipper");
  const pod = spec.template.spec;
  expect(metadata.namespace).toBe("kube-system");
  expect(pod.nodeSelector).toEqual({ "node-role.kubernetes.io/control-plane": "" });
  expect(pod.tolerations).toEqual([{ operator: "Exists" }]);
  expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsGroup: 0 });
  const mounts = pod.containers[0].volumeMounts;
  const host = pod.volumes.filter((volume: { hostPath?: object }) => volume.hostPath);
  expect(host).toEqual([
    { name: "log", hostPath: { path: "/var/log/kubernetes/audit", type: "Directory" } },
    { name: "shipped", hostPath: { path: "/var/lib/audit-shipper", type: "Directory" } },
  ]);
  expect(mounts).toContainEqual({ name: "log", mountPath: "/var/log/kubernetes/audit", readOnly: true });
});

test("its events go to a tenant of Loki that keeps them for their own time, and to objects that it may only add", async () => {
  const { inputsOf } = await ownControlPlane();
  const config = JSON.parse(inputsOf(":ConfigMap", "audit-shipper").data["config.json"]);
  expect(config.exporters["otlphttp/audit"]).toMatchObject({
    endpoint: "http://logs-loki.watch.svc:3100/otlp",
    headers: { "X-Scope-OrgID": "audit" },
  });
  expect(config.exporters["awss3/audit"].s3uploader).toMatchObject({
    endpoint: "https://objects.watch.svc:8333",
    s3_bucket: "audit",
    unique_key_func_name: "uuidv7",
  });
  expect(JSON.parse(inputsOf(":ConfigMap", "logs-loki").data["tenants.json"]).overrides.audit).toEqual({
    retention_period: `${91 * 86_400}s`,
  });
  const { egress } = inputsOf(":NetworkPolicy", "audit-shipper").spec;
  expect(JSON.stringify(egress)).toMatch(/"port":3100.*"port":8333|"port":8333.*"port":3100/);
  expect(JSON.stringify(inputsOf(":NetworkPolicy", "logs-loki").spec.ingress)).toContain("shipper");
});

test("the rights for emergencies are recorded by the policy and counted by a receiver, and without groups nothing is", async () => {
  const { outputs, inputsOf } = await ownControlPlane();
  expect(outputs.policy?.rules).toContainEqual({ level: "Request", userGroups: BREAK_GLASS });
  const { service } = JSON.parse(inputsOf(":ConfigMap", "audit-shipper").data["config.json"]);
  expect(service.pipelines["logs/break-glass"]).toMatchObject({ receivers: ["filelog/break-glass"] });
  const archive = { bucket: "audit", endpoint: "https://s3", region: "r" };
  const none = shipperConfig({ folder: "/log", breakGlass: [], logs: undefined, archive });
  expect(Object.keys(none.service.pipelines)).toEqual(["logs/audit"]);
  expect(Object.keys(none.receivers)).toEqual(["filelog/audit"]);
});

test("every exporter and receiver that a pipeline names is there, whichever place is left out", () => {
  const logs = { endpoint: "http://loki", tenant: "audit" };
  const archive = { bucket: "audit", endpoint: "https://s3", region: "r" };
  for (const places of [
    { logs, archive },
    { logs, archive: undefined },
    { logs: undefined, archive },
  ]) {
    const config = shipperConfig({ folder: "/log", breakGlass: BREAK_GLASS, ...places });
    for (const { receivers, processors, exporters } of Object.values(config.service.pipelines)) {
      expect(exporters.length).toBeGreaterThan(0);
      expect(Object.keys(config.receivers)).toEqual(expect.arrayContaining([...receivers]));
      expect(Object.keys(config.processors)).toEqual(expect.arrayContaining([...processors]));
      expect(Object.keys(config.exporters)).toEqual(expect.arrayContaining([...exporters]));
    }
  }
});

test("a Logging that keeps no records of it takes none", async () => {
  await record("production", () => {
    const namespace = new Namespace("watch", { quota: { cpu: "9", memory: "9Gi", pods: 99, storage: "99Gi" } });
    const store = { kind: "loki", disk: "10Gi" } as const;
    const logs = new Logging("logs", { namespace, zones, store, retention: "7d" });
    const pods = { namespace: "kube-system", podLabels: {} };
    expect(() => logs.intake("audit", pods)).toThrow(/keeps no records of "audit".*records: \{ audit: "400d" \}/);
  });
});

test.each<[what: string, source: unknown, field: string]>([
  ["no source", { kind: "nodes" }, "source.kind"],
  [
    "a folder that is none",
    { kind: "controlPlane", folder: "../log", archive: optOut("kept by the provider") },
    "source.folder",
  ],
  ["nowhere at all", { kind: "controlPlane", archive: optOut("kept by the provider") }, "source.logs"],
  ["a bucket that is none", { kind: "controlPlane", archive: {} }, "source.archive"],
  ["no node", { kind: "controlPlane", nodes: {}, archive: {} }, "source.nodes"],
  ["a cluster without a name", { ...EKS, clusterName: "" }, "source.clusterName"],
  ["a time that is too short", { ...EKS, keep: "1d" }, "source.keep"],
  ["a lock that is none", { ...EKS, lock: "none" }, "source.lock"],
])("%s is refused by its field", async (_, source, field) => {
  await record("production", () => {
    const namespace = new Namespace("watch", { quota: { cpu: "9", memory: "9Gi", pods: 99 } });
    expect(() => new AuditTrail("audit", { namespace, source } as AuditTrailArgs)).toThrow(
      expect.objectContaining({ problems: expect.arrayContaining([expect.objectContaining({ field })]) }),
    );
  });
});

test("of EKS, events alone go from the control plane's log to a locked bucket, one a line", async () => {
  const { inputsOf } = await record("production", () => {
    const namespace = new Namespace("watch", { quota: { cpu: "9", memory: "9Gi", pods: 99 } });
    const trail = new AuditTrail("audit", { namespace, source: EKS, breakGlass: BREAK_GLASS });
    expect(trail.policy).toBeUndefined();
  });
  expect(inputsOf(":LogSubscriptionFilter", "audit")).toMatchObject({
    logGroup: "/aws/eks/shop/cluster",
    filterPattern: '{ $.auditID = "*" }',
  });
  expect(inputsOf(":Bucket", "audit-vault")).toMatchObject({ objectLockEnabled: true, forceDestroy: false });
  expect(inputsOf(":BucketObjectLockConfiguration", "audit-vault").rule).toEqual({
    defaultRetention: { mode: "GOVERNANCE", days: 400 },
  });
  const { processors } = inputsOf(":FirehoseDeliveryStream", "audit").extendedS3Configuration.processingConfiguration;
  expect(processors.map(({ type }: { type: string }) => type)).toEqual([
    "Decompression",
    "CloudWatchLogProcessing",
    "AppendDelimiterToRecord",
  ]);
  const writes = JSON.parse(inputsOf(":RolePolicy", "audit-writer").policy).Statement;
  expect(JSON.stringify(writes)).not.toMatch(/s3:(Get|Delete)Object|s3:\*/);
  const [{ Condition }] = JSON.parse(inputsOf(":Role", "audit-writer").assumeRolePolicy).Statement;
  expect(Condition).toEqual({ StringEqualsIfExists: { "aws:SourceAccount": accountId } });
  // Firehose may decrypt, as a key of S3's own asks of who writes.
  const [encrypted] = inputsOf(":BucketServerSideEncryptionConfiguration", "audit-vault").rules;
  expect(encrypted.bucketKeyEnabled).toBe(true);
  expect(inputsOf(":LogMetricFilter", "audit-BreakGlassUsed-0").metricTransformation.name).toBe(
    "production-audit-BreakGlassUsed",
  );
  expect(inputsOf(":MetricAlarm", "audit-BreakGlassUsed")).toMatchObject({
    metricName: "production-audit-BreakGlassUsed",
    namespace: "Plumbline/Audit",
    threshold: 0,
    alarmActions: ["arn:aws:sns:eu-central-1:123456789012:stores"],
  });
  // The log group has lines of the authenticator and others, too: what says that audit events come is the stream.
  expect(inputsOf(":MetricAlarm", "audit-AuditLogSilent")).toMatchObject({
    namespace: "AWS/Firehose",
    metricName: "IncomingRecords",
    dimensions: { DeliveryStreamName: inputsOf(":FirehoseDeliveryStream", "audit").name },
    comparisonOperator: "LessThanThreshold",
    threshold: 1,
    treatMissingData: "breaching",
  });
});

test("who acts with more groups than are looked at wakes somebody as well", () => {
  const [used, unclear] = breakGlassLine(["platform-break-glass"]);
  expect(used?.patterns.join()).toContain("groups[7]");
  expect(unclear).toMatchObject({
    severity: "critical",
    patterns: ['{ ($.user.groups[8] = "*") || ($.impersonatedUser.groups[8] = "*") }'],
  });
  expect(breakGlassLine([])).toEqual([]);
});

test("the patterns for emergencies name each place in a list of groups, in as many as CloudWatch takes of each", () => {
  const patterns = breakGlassPatterns(["platform-break-glass", "x".repeat(40), 'quote"d']);
  expect(patterns.length).toBeGreaterThan(1);
  for (const pattern of patterns) expect(pattern.length).toBeLessThanOrEqual(1_024);
  const all = patterns.join("\n");
  expect(all).toContain('($.user.groups[0] = "platform-break-glass")');
  expect(all).toContain('($.impersonatedUser.groups[7] = "quote\\"d")');
  expect(all.match(/\$\./g)).toHaveLength(3 * 2 * 8);
  expect(breakGlassPatterns([])).toEqual([]);
});
