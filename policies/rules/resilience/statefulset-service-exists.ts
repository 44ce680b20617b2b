import { Field } from "../../core/field.ts";
import { podLabelText } from "../../core/label-text.ts";
import { makesPods, podOf } from "../../core/pods.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import { selects } from "../../core/selector.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";

const nameOf = (object: StackObject) => `${object.namespace}/${object.name}`;

export const statefulsetServiceExists = defineRule({
  id: "statefulset-service-exists",
  section: "resilience",
  title: "A StatefulSet names a headless Service that selects its pods",
  severity: "high",
  why: "without it the pods have no names of their own: replicas cannot find each other, and a cluster never forms",
  fix: "spec.serviceName: <name>, and a Service of that name with clusterIP: None and the pod labels as its selector",
  frameworks: [],
  scope: "stack",
  optOut: "headlessService",
  exemptable: true,
  params: {},
  subjects: (object) => makesPods(object) && object.kind === "StatefulSet",
  *check(workload, _params, stack) {
    const field = workload.root.at("spec", "serviceName");
    const name = field.text() ?? "";
    const service = name && stack.find("", "Service", nameOf, `${workload.namespace}/${name}`);
    if (service) {
      yield* unfit(field, service, workload);
      return;
    }
    const given = name
      ? `${JSON.stringify(name)}, and there is no Service of that name in ${workload.namespace}`
      : field.shown();
    yield {
      path: field.path,
      given,
      wanted: "the name of a headless Service of the same namespace",
      fix: `${field.path}: ${name || workload.name}, and a Service of that name: { clusterIP: None, selector: ${podLabelText(workload)} }`,
    };
  },
});

function* unfit(field: Field, service: StackObject, workload: StackObject): Generator<Violation> {
  const { labels } = podOf(workload);
  const spec = service.root.at("spec");
  const related = [service.label];
  yield* eachKnown(
    [
      function* () {
        if (spec.at("clusterIP").text() === "None") return;
        const given = `${field.shown()}, a Service with an address of its own`;
        yield {
          path: field.path,
          given,
          wanted: "a headless Service",
          fix: `${service.label}: spec.clusterIP: None`,
          related,
        };
      },
      function* () {
        const selector = spec.at("selector");
        if (
          selector.entries().length > 0 &&
          selects(new Field({ matchLabels: selector.value }, spec, "selector"), labels)
        )
          return;
        const given = `${field.shown()}, a Service that does not select its pods`;
        yield {
          path: field.path,
          given,
          wanted: `a Service that selects ${labels.path}`,
          fix: `${service.label}: spec.selector: ${podLabelText(workload)}`,
          related,
        };
      },
    ],
    (check) => check(),
  );
}
