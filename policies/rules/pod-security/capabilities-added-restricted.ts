import { shapesPods } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";
import { containerContexts } from "./security-context.ts";

export const capabilitiesAddedRestricted = defineRule({
  id: "capabilities-added-restricted",
  section: "security",
  title: "Containers add no capability beyond those that are allowed",
  severity: "high",
  why: "with SYS_ADMIN, NET_ADMIN, SYS_PTRACE or the like a container can take over its node",
  fix: "take the name out of capabilities.add",
  frameworks: ["PSS:baseline", "NSA:C-0046"],
  scope: "resource",
  exemptable: true,
  params: {
    allow: {
      type: "array",
      items: { type: "string" },
      // What the baseline level of the pod security standards allows.
      default: [
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
      ],
      description: "Names that may be added, as they are written. The restricted level allows NET_BIND_SERVICE alone.",
    },
    deny: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Names that may not be added. When there are any, every other name may be, whatever is in allow.",
    },
  },
  subjects: shapesPods,
  *check(object, { allow, deny }) {
    const denied = new Set(deny.map(plain));
    const allowed = (name: string) =>
      denied.size > 0 ? !denied.has(plain(name)) && plain(name) !== "ALL" : allow.includes(name);
    const wanted = denied.size > 0 ? `none of ${deny.join(", ")}` : allow.join(", ") || "nothing";
    yield* eachKnown(containerContexts(object), function* (context) {
      const add = context.at("capabilities", "add");
      yield* eachKnown(add.items(), function* (added) {
        if (allowed(added.text() ?? "")) return;
        yield violation(added, wanted, { fix: `take ${added.shown()} out of ${add.path}` });
      });
    });
  },
});

/** A runtime takes `sys_admin` for SYS_ADMIN, so what is forbidden is so in any spelling. */
function plain(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, "");
}
