import type { Field } from "../../core/field.ts";
import { makesPods, podOf } from "../../core/pods.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, someKnown } from "../../core/unknown.ts";

export const LEGACY = "kubernetes.io/service-account-token";
/** Every namespace has it: who mounts it beside a token means to talk to the API server, and the token is for that. */
export const API_SERVER_CA = "kube-root-ca.crt";
/** Seconds; Kubernetes' own default. */
export const DEFAULT_SECONDS = 3_600;

export const serviceAccountTokenBounded = defineRule({
  id: "service-account-token-bounded",
  section: "security",
  title: "A service account's token is for one audience, and ends",
  severity: "high",
  why: "a token in a Secret works for ever, for everybody who reads it; one without an audience works at the API server, wherever it was meant for",
  fix: "a projected volume: { serviceAccountToken: { path: token, audience: <who checks it>, expirationSeconds: 3600 } }",
  frameworks: ["CIS-K8s-1.12:5.1.6"],
  scope: "resource",
  optOut: "serviceAccountToken",
  exemptable: true,
  params: {
    maxSeconds: {
      type: "integer",
      minimum: 600,
      default: 86_400,
      description: "How long a token may be good for; the kubelet renews it long before.",
    },
  },
  subjects: (object) => makesPods(object) || isSecret(object),
  *check(object, { maxSeconds }) {
    if (isSecret(object)) yield* legacy(object);
    else
      yield* eachKnown(podOf(object).spec.at("volumes").items(), (volume) => {
        const sources = volume.at("projected", "sources").items();
        return eachKnown(sources, (source) => projected(source.at("serviceAccountToken"), sources, maxSeconds));
      });
  },
});

function isSecret({ group, kind }: StackObject): boolean {
  return group === "" && kind === "Secret";
}

function* legacy(secret: StackObject): Generator<Violation> {
  const type = secret.root.at("type");
  if (type.text() !== LEGACY) return;
  yield violation(type, "no token of a service account in a Secret", {
    fix: "leave the Secret out, and project a token into the pod, or make one with the TokenRequest API",
  });
}

function* projected(token: Field, sources: readonly Field[], maxSeconds: number): Generator<Violation> {
  if (token.absent) return;
  const parts = [
    function* () {
      const audience = token.at("audience");
      if (audience.text()) return;
      if (someKnown(sources, (source) => source.at("configMap", "name").text() === API_SERVER_CA)) return;
      yield violation(audience, "the one who checks the token", { fix: `${audience.path}: <name of that service>` });
    },
    function* () {
      const seconds = token.at("expirationSeconds");
      if ((seconds.number() ?? DEFAULT_SECONDS) <= maxSeconds) return;
      yield violation(seconds, `at most ${maxSeconds}`, {
        fix: `${seconds.path}: ${Math.min(DEFAULT_SECONDS, maxSeconds)}`,
      });
    },
  ];
  yield* eachKnown(parts, (part) => part());
}
