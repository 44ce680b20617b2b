import type { Field } from "../../core/field.ts";
import { isOperated, operatedFields } from "../../core/operated.ts";
import { containersOf, podOf, shapesPods, specsOf } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";
import { isWindows } from "./operating-system.ts";

export const seccompRequired = defineRule({
  id: "seccomp-required",
  section: "security",
  title: "Containers run under a seccomp profile",
  severity: "medium",
  why: "without a profile a container may use every system call of the kernel; exploits need those that services never use",
  fix: "securityContext: { seccompProfile: { type: RuntimeDefault } }",
  frameworks: ["PSS:restricted"],
  scope: "resource",
  exemptable: true,
  params: {
    level: {
      type: "string",
      enum: ["restricted", "baseline"],
      default: "restricted",
      description: "restricted: a profile must be named. baseline: it must only not be Unconfined.",
    },
    types: {
      type: "array",
      items: { type: "string", enum: ["RuntimeDefault", "Localhost"] },
      default: ["RuntimeDefault", "Localhost"],
      description: "The profiles that count.",
    },
  },
  subjects: (object) => shapesPods(object),
  *check(object, { level, types }) {
    if (level === "restricted" && isWindows(object)) return;
    const wanted = `${types.join(" or ")}${level === "baseline" ? ", or nothing" : ""}`;
    const unsaid = level === "baseline" || isOperated(object);
    const allowed = (type: string | undefined) => (type === undefined ? unsaid : includes(types, type));
    const named = operatedFields(object, "seccompProfiles").map((profile) => profile.at("type"));
    const pods = [...specsOf(object).map(profileOf), ...named];
    for (const pod of pods) {
      const type = pod.text();
      if (type !== undefined && !allowed(type)) yield violation(pod, wanted);
    }
    const podType = pods[0]?.text();
    yield* eachKnown(containersOf(object), function* ({ field }) {
      const own = profileOf(field);
      const type = own.text();
      if (type === undefined ? podType === undefined && !allowed(undefined) : !allowed(type))
        yield violation(own, wanted);
    });
  },
  /** Only where nothing is said; who names Unconfined, names it for a reason. */
  remediate(object) {
    if (isOperated(object)) return;
    const profile = profileOf(podOf(object).spec);
    if (profile.absent && !isWindows(object)) profile.set("RuntimeDefault");
  },
});

function profileOf(holder: Field): Field {
  return holder.at("securityContext", "seccompProfile", "type");
}

function includes(types: readonly string[], type: string): boolean {
  return types.includes(type);
}
