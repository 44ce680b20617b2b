import { isGateway, isIngress, isRoute } from "../../core/entry.ts";
import type { Field } from "../../core/field.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import { eachKnown, someKnown } from "../../core/unknown.ts";

/** Protocols by which a listener tells hosts apart. */
export const NAMED = new Set(["HTTP", "HTTPS", "TLS"]);

export const ingressHostExplicit = defineRule({
  id: "ingress-host-explicit",
  section: "discovery",
  title: "What the world reaches has its host named: none is empty, none a wildcard",
  severity: "medium",
  why: "a rule without a host answers for every name that points here, also for another team's, and for names of an attacker",
  fix: "name each host in full: shop.example.com",
  frameworks: [],
  scope: "resource",
  optOut: "host",
  exemptable: true,
  params: {
    fields: {
      type: "array",
      items: { type: "string", enum: ["wildcard", "empty"] },
      default: ["wildcard", "empty"],
      description: "What is forbidden: hosts with a star, rules and listeners without a host.",
    },
  },
  subjects: (object) => isIngress(object) || isGateway(object) || isRoute(object),
  *check(object, { fields }) {
    const judged = (field: Field, inherits = false) => judgedHost(field, inherits, fields);
    const spec = object.root.at("spec");
    if (isRoute(object)) {
      yield* eachKnown(spec.at("hostnames").items(), (host) => judged(host, true));
    } else if (isGateway(object)) {
      yield* eachKnown(spec.at("listeners").items(), (listener) =>
        NAMED.has(listener.at("protocol").text() ?? "") ? judged(listener.at("hostname")) : [],
      );
    } else {
      const rules = spec.at("rules").items();
      yield* eachKnown(rules, (rule) => judged(rule.at("host")));
      const fallback = [spec.at("defaultBackend"), spec.at("backend")];
      const answersAll = rules.length === 0 && someKnown(fallback, (backend) => !backend.absent);
      if (answersAll && fields.includes("empty"))
        yield violation(spec.at("rules"), "a rule with a host in full", {
          fix: "spec.rules: [{ host: shop.example.com }]",
        });
    }
  },
});

/** `inherits`: a host that is left out here is named elsewhere. */
function* judgedHost(field: Field, inherits: boolean, forbidden: readonly string[]): Generator<Violation> {
  const host = field.text() ?? "";
  const isWrong =
    host === "" ? !inherits && forbidden.includes("empty") : host.includes("*") && forbidden.includes("wildcard");
  if (!isWrong) return;
  yield violation(field, "a host in full, without a star", { fix: `${field.path}: shop.example.com` });
}
