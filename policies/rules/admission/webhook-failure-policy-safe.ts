import { Field } from "../../core/field.ts";
import { NAMESPACE_NAME } from "../../core/plain-selector.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import { selects } from "../../core/selector.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, everyKnown, someKnown } from "../../core/unknown.ts";

const API = "admissionregistration.k8s.io";
const KINDS: ReadonlySet<string | undefined> = new Set([
  "ValidatingWebhookConfiguration",
  "MutatingWebhookConfiguration",
]);
/** How long Kubernetes waits where nothing is said. */
const DEFAULT_SECONDS: Readonly<Record<string, number>> = { v1: 10, v1beta1: 30 };
/** Without these the pods of a webhook do not come back, nor those of the cluster itself. */
const VITAL = { groups: ["", "apps"], resources: ["pods", "replicasets", "deployments", "nodes"] };

export const webhookFailurePolicySafe = defineRule({
  id: "webhook-failure-policy-safe",
  section: "reliability",
  title: "A webhook that stops what it cannot judge stops neither itself nor the cluster",
  severity: "high",
  why: "its pods end, and nothing may start any more, its own pods included: the cluster stands still until somebody deletes the webhook by hand",
  fix: "namespaceSelector: { matchExpressions: [{ key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system, <its own>] }] }",
  frameworks: [],
  scope: "resource",
  optOut: "webhook",
  exemptable: true,
  params: {
    maxTimeoutSeconds: {
      type: "integer",
      minimum: 1,
      default: 10,
      description: "How long a webhook may hold up a request.",
    },
  },
  subjects: ({ group, kind }) => group === API && KINDS.has(kind),
  *check(configuration, { maxTimeoutSeconds }) {
    yield* eachKnown(configuration.root.at("webhooks").items(), (webhook) =>
      eachKnown(
        [() => slow(webhook, configuration, maxTimeoutSeconds), () => stopping(webhook, configuration)],
        (part) => part(),
      ),
    );
  },
});

function* slow(webhook: Field, { version = "v1" }: StackObject, most: number): Generator<Violation> {
  const timeout = webhook.at("timeoutSeconds");
  if ((timeout.number() ?? DEFAULT_SECONDS[version] ?? 10) <= most) return;
  yield { path: timeout.path, given: timeout.shown(), wanted: `at most ${most}`, fix: `${timeout.path}: ${most}` };
}

function* stopping(webhook: Field, configuration: StackObject): Generator<Violation> {
  if (
    webhook.at("failurePolicy").text() === "Ignore" ||
    (configuration.version === "v1beta1" && webhook.at("failurePolicy").absent)
  )
    return;
  const rules = webhook.at("rules").items();
  if (!someKnown(rules, isVital) || demandsOf(webhook.at("objectSelector")).length > 0) return;
  const own = webhook.at("clientConfig", "service", "namespace").text();
  const vital = own === undefined ? ["kube-system"] : ["kube-system", own];
  const covered = vital.filter((namespace) => covers(webhook, namespace));
  if (covered.length === 0) return;
  const selector = webhook.at("namespaceSelector");
  yield {
    path: selector.path,
    given: `a selector that takes in ${covered.join(" and ")}, while failurePolicy is Fail`,
    wanted: `a selector that leaves them out, or failurePolicy: Ignore`,
    fix: `${selector.path}: { matchExpressions: [{ key: kubernetes.io/metadata.name, operator: NotIn, values: [${vital.join(", ")}] }] }`,
  };
}

function isVital(rule: Field): boolean {
  const has = (key: string, wanted: readonly string[]) =>
    someKnown(rule.at(key).items(), (item) => ["*", "*/*", ...wanted].includes(item.text() ?? ""));
  const parts = [() => has("apiGroups", VITAL.groups), () => has("resources", VITAL.resources)];
  return everyKnown(parts, (part) => part());
}

/** Whether a webhook is asked about a namespace, as far as its name tells. */
function covers(webhook: Field, namespace: string): boolean {
  const selector = webhook.at("namespaceSelector");
  if (demandsOf(selector).length === 0) return true;
  return selects(selector, new Field({ [NAMESPACE_NAME]: namespace }));
}

function demandsOf(selector: Field): unknown[] {
  return [...selector.at("matchLabels").entries(), ...selector.at("matchExpressions").items()];
}
