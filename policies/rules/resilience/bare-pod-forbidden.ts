import { defineRule } from "../../core/rule.ts";

export const barePodForbidden = defineRule({
  id: "bare-pod-forbidden",
  section: "resilience",
  title: "Pods come from a controller that replaces them",
  severity: "medium",
  why: "a pod that nobody owns is gone with its node: nothing starts it anywhere else",
  fix: "kind: Deployment, with this pod as its spec.template; kind: Job for what ends by itself",
  frameworks: [],
  scope: "resource",
  optOut: "barePod",
  exemptable: true,
  params: {},
  subjects: (object) => object.group === "" && object.kind === "Pod",
  *check(pod) {
    if (pod.root.at("metadata", "ownerReferences").items().length > 0) return;
    yield {
      path: "",
      given: "a pod of its own",
      wanted: "the template of a Deployment, StatefulSet, DaemonSet or Job",
    };
  },
});
