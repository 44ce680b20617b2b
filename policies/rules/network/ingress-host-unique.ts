import { isIngress } from "../../core/entry.ts";
import type { Field } from "../../core/field.ts";
import { KeyIndex } from "../../core/key-index.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, someKnown } from "../../core/unknown.ts";

const CANARY = "nginx.ingress.kubernetes.io/canary";

const WITH_PATH = new KeyIndex(isIngress, (ingress) => claims(ingress, false));
const WHOLE_HOST = new KeyIndex(isIngress, (ingress) => claims(ingress, true));

export const ingressHostUnique = defineRule({
  id: "ingress-host-unique",
  section: "discovery",
  title: "No two Ingresses claim the same path of a host",
  severity: "high",
  why: "which of them gets the requests depends on the controller and on their age: one team silently takes another's traffic",
  fix: "give each Ingress a host or a path of its own, or put both rules into one Ingress",
  frameworks: [],
  scope: "stack",
  optOut: "host",
  exemptable: true,
  params: {
    wholeHost: {
      type: "boolean",
      default: false,
      description: "A host belongs to one Ingress, whatever the paths.",
    },
  },
  subjects: isIngress,
  *check(ingress, { wholeHost }, stack) {
    if (ingress.annotation(CANARY) === "true") return;
    const index = wholeHost ? WHOLE_HOST : WITH_PATH;
    yield* eachKnown([...pathsOf(ingress)], function* ({ host, path }) {
      const claim = claimOf(ingress, host.text(), wholeHost ? undefined : path.at("path").text());
      let rival = ingress;
      const isRival = (other: StackObject) => {
        if (other === ingress || !claimsIt(other, claim, wholeHost)) return false;
        rival = other;
        return true;
      };
      if (!anyOf(index.candidates(stack, claim), isRival)) return;
      const where = wholeHost ? "" : ` ${path.at("path").text() ?? "/"}`;
      yield violation(host, "a host and path that no other Ingress claims", {
        given: `${host.text() ? host.shown() : "any host"}${where}, which another Ingress claims too`,
        related: [rival.label],
      });
    });
  },
});

function claimsIt(ingress: StackObject, claim: string, wholeHost: boolean): boolean {
  return someKnown(claims(ingress, wholeHost), (one) => one === claim);
}

/** A canary shares its host on purpose, and claims nothing. */
function* claims(ingress: StackObject, wholeHost: boolean): Generator<string> {
  if (ingress.annotation(CANARY) === "true") return;
  yield* eachKnown([...pathsOf(ingress)], function* ({ host, path }) {
    yield claimOf(ingress, host.text(), wholeHost ? undefined : path.at("path").text());
  });
}

/** Ingresses of different classes are served by different controllers, at different addresses. */
function claimOf(ingress: StackObject, host: string | undefined, path: string | undefined): string {
  const named = ingress.root.at("spec", "ingressClassName").text();
  const served = named ?? ingress.annotation("kubernetes.io/ingress.class") ?? "";
  return `${served} ${(host ?? "").toLowerCase()} ${path || "/"}`;
}

/** The paths of an Ingress, each with its host as it is written. */
function* pathsOf(ingress: StackObject): Generator<{ host: Field; path: Field }> {
  for (const rule of ingress.root.at("spec", "rules").items())
    for (const path of rule.at("http", "paths").items()) yield { host: rule.at("host"), path };
}
