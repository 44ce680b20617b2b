import type { Field } from "../../core/field.ts";
import { podAnnotationsOf, shapesPods } from "../../core/pods.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";
import { securityContexts } from "./security-context.ts";

/** Followed by a container's name: how AppArmor was set before it had fields. Kubernetes still heeds it. */
export const APPARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/";
export const APPARMOR_TYPES = ["RuntimeDefault", "Localhost"];
/** The types of SELinux that are made for containers, by the pod security standards of v1.31 and later. */
export const SELINUX_TYPES = ["container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

export const lsmProfileKept = defineRule({
  id: "lsm-profile-kept",
  section: "security",
  title: "Containers keep the AppArmor and SELinux confinement that their runtime gives them",
  severity: "medium",
  why: "it is what still holds a process that has broken out of its container, or has become root in it",
  fix: "take seLinuxOptions out, and set appArmorProfile to { type: RuntimeDefault } or take it out",
  frameworks: ["PSS:baseline"],
  scope: "resource",
  exemptable: true,
  params: {
    fields: {
      type: "array",
      items: { type: "string", enum: ["apparmor", "selinux"] },
      default: ["apparmor", "selinux"],
      description: "Which of the two is looked at.",
    },
  },
  subjects: shapesPods,
  *check(object, { fields }) {
    if (fields.includes("apparmor")) yield* eachKnown(annotations(object), annotated);
    yield* eachKnown(securityContexts(object), function* (context) {
      if (fields.includes("apparmor")) yield* unconfined(context.at("appArmorProfile"));
      if (fields.includes("selinux")) yield* relabelled(context.at("seLinuxOptions"));
    });
  },
});

function* annotations(object: StackObject): Generator<Field> {
  for (const annotated of podAnnotationsOf(object))
    for (const [key, value] of annotated.entries()) if (key.startsWith(APPARMOR_ANNOTATION)) yield value;
}

function* annotated(value: Field): Generator<Violation> {
  const profile = value.text() ?? "";
  if (["", "runtime/default"].includes(profile) || profile.startsWith("localhost/")) return;
  yield violation(value, "runtime/default or localhost/<profile>", { fix: `${value.path}: runtime/default` });
}

function* unconfined(profile: Field): Generator<Violation> {
  if (profile.absent) return;
  const type = profile.at("type");
  if (APPARMOR_TYPES.includes(type.text() ?? "")) return;
  yield violation(type, APPARMOR_TYPES.join(" or "), { fix: `${type.path}: RuntimeDefault` });
}

function* relabelled(options: Field): Generator<Violation> {
  const type = options.at("type");
  if (!["", ...SELINUX_TYPES].includes(type.text() ?? ""))
    yield violation(type, `one of ${SELINUX_TYPES.join(", ")}, or not set`);
  for (const name of ["user", "role"]) {
    const field = options.at(name);
    if ((field.text() ?? "") !== "") yield violation(field, "not set");
  }
}
