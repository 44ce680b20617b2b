import { defineRule } from "../../core/rule.ts";
import { readable } from "../../core/sound.ts";
import { eachKnown } from "../../core/unknown.ts";
import { grants, isRole, type Right, rulesOf, spoken, without } from "./grants.ts";

const onPods = (resources: string[], verbs: string[]): Right => ({ groups: [""], resources, verbs });

/** The verbs of a connection: `create` with SPDY's POST, `get` with a WebSocket. */
const CONNECT = ["create", "get"];

export const PERMISSIONS = {
  "pods-create": { right: onPods(["pods"], ["create"]), what: "start any pod" },
  "pods-exec": { right: onPods(["pods/exec"], CONNECT), what: "run commands in any pod" },
  "pods-attach": { right: onPods(["pods/attach"], CONNECT), what: "take over the terminal of any pod" },
  "pods-portforward": { right: onPods(["pods/portforward"], CONNECT), what: "reach the ports of any pod" },
  "pods-ephemeral": {
    right: onPods(["pods/ephemeralcontainers"], ["patch", "update"]),
    what: "put a container into any pod",
  },
} as const;

export const rbacWorkloadAccessForbidden = defineRule({
  id: "rbac-workload-access-forbidden",
  section: "security",
  title: "No role starts pods by itself, enters them, or forwards their ports",
  severity: "high",
  why: "in a pod one has its secrets, its network and its account; and a new pod may mount those of the whole namespace",
  fix: "leave out the verb or the resource; let a controller make pods, and give people such rights for an hour, not in a role of the stack",
  frameworks: ["CIS-K8s-1.12:5.1.4", "NSA:C-0002", "MITRE:C-0002"],
  scope: "resource",
  optOut: "rights",
  exemptable: true,
  params: {
    permissions: {
      type: "array",
      items: {
        type: "string",
        enum: ["pods-create", "pods-exec", "pods-attach", "pods-portforward", "pods-ephemeral"],
      },
      default: ["pods-create", "pods-exec", "pods-attach", "pods-portforward", "pods-ephemeral"],
      description: "Which rights are forbidden.",
    },
  },
  subjects: isRole,
  *check(role, { permissions }) {
    yield* eachKnown(rulesOf(role), (rule) => {
      const granted = () => permissions.map((one) => PERMISSIONS[one].right).filter((right) => grants(rule, right));
      return eachKnown(permissions, function* (permission) {
        const { right, what } = PERMISSIONS[permission];
        if (!grants(rule, right)) return;
        yield {
          path: rule.path,
          given: `${spoken(rule)}: it may ${what}`,
          wanted: `no right to ${right.verbs.join(" or ")} ${right.resources.join(", ")}`,
          fix: without(rule, ...(readable(granted) ?? [right])),
        };
      });
    });
  },
});
