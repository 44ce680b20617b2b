import type { Field } from "../../core/field.ts";
import { containersOf, shapesPods } from "../../core/pods.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";

export const secretEnvRefForbidden = defineRule({
  id: "secret-env-ref-forbidden",
  section: "security",
  title: "Secrets reach a container as files, not as environment variables",
  severity: "low",
  why: "the environment goes to every child process, into crash reports and debug pages, and keeps the old secret until the pod ends",
  fix: "volumes: [{ name: db, secret: { secretName: db } }], mounted read-only, and <NAME>_FILE with the path",
  frameworks: ["CIS-K8s-1.12:5.4.1"],
  scope: "resource",
  optOut: "secretEnv",
  exemptable: true,
  params: {},
  subjects: shapesPods,
  *check(object) {
    yield* eachKnown(containersOf(object), ({ field }) =>
      eachKnown([inVariables, inSources], (judged) => judged(field)),
    );
  },
});

function inVariables(container: Field): Iterable<Violation> {
  return eachKnown(container.at("env").items(), function* (variable) {
    const ref = variable.at("valueFrom", "secretKeyRef");
    if (ref.absent) return;
    yield { path: ref.path, given: `a key of the Secret ${ref.at("name").shown()}`, wanted: "a file that holds it" };
  });
}

function inSources(container: Field): Iterable<Violation> {
  return eachKnown(container.at("envFrom").items(), function* (source) {
    const ref = source.at("secretRef");
    if (ref.absent) return;
    yield {
      path: ref.path,
      given: `every key of the Secret ${ref.at("name").shown()}`,
      wanted: "files that hold them",
    };
  });
}
