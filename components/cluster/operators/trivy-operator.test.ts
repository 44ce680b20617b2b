import { expect, test } from "vitest";
import { TRIVY_OPERATOR } from "./trivy-operator.ts";

const configMaps = { apiGroups: [""], resources: ["configmaps"], verbs: ["create", "get", "list", "watch"] };
const secrets = { apiGroups: [""], resources: ["secrets"], verbs: ["create", "get", "delete", "update"] };

test("of Secrets it may read those of its settings, and change none, whatever its chart gives it in its namespace", () => {
  const role = { kind: "Role", metadata: { name: "trivy-operator" }, rules: [configMaps, secrets] };
  expect(TRIVY_OPERATOR.change(role)).toEqual({ ...role, rules: [configMaps, { ...secrets, verbs: ["create"] }] });
  const other = { kind: "Role", metadata: { name: "trivy-operator-leader-election" }, rules: [configMaps] };
  const resourceNames = ["trivy-operator", "trivy-operator-trivy-config"];
  expect(TRIVY_OPERATOR.change(other)).toEqual({
    ...other,
    rules: [configMaps, { ...secrets, verbs: ["get"], resourceNames }],
  });
});

test("everything else that its chart makes stays as it is", () => {
  for (const object of [{ kind: "ClusterRole", rules: [configMaps] }, { kind: "Deployment", spec: {} }, {}])
    expect(TRIVY_OPERATOR.change(object)).toBe(object);
});

test("its reasons for stepping down are long enough to be read, and stand where policies look", () => {
  const { operator, service } = TRIVY_OPERATOR.chart.values;
  const reasons = { ...operator.annotations, ...service.annotations };
  expect(Object.keys(reasons)).toEqual(
    ["replication", "rollingUpdate", "shutdown", "automountToken", "metrics"].map(
      (what) => `plumbline.dev/opt-out.${what}`,
    ),
  );
});
