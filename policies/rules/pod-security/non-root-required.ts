import type { Field } from "../../core/field.ts";
import { isOperated } from "../../core/operated.ts";
import { podOf, shapesPods } from "../../core/pods.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";
import { containerContexts, securityContexts, settingOf } from "./security-context.ts";
import { hasOwnUsers } from "./user-namespace.ts";

export const nonRootRequired = defineRule({
  id: "non-root-required",
  section: "security",
  title: "No container runs as root",
  severity: "high",
  why: "root in the container is root on the node once a hole in the kernel or the runtime lets it out",
  fix: "securityContext: { runAsNonRoot: true, runAsUser: <10000 or more> }",
  frameworks: ["PSS:restricted", "NSA:C-0013"],
  scope: "resource",
  exemptable: true,
  params: {
    check: {
      type: "string",
      enum: ["both", "flag", "uid"],
      default: "both",
      description:
        "both: each container ends up with runAsNonRoot and without uid 0. flag and uid: the two checks of the pod" +
        " security standards, where the pod must not say otherwise either, even if each container overrides it." +
        " flag: only runAsNonRoot. uid: only that no runAsUser is 0.",
    },
    uidCounts: {
      type: "boolean",
      default: true,
      description: "Whether a runAsUser other than 0 does for runAsNonRoot, when both are checked.",
    },
  },
  subjects: shapesPods,
  *check(object, { check, uidCounts }) {
    if (hasOwnUsers(object)) return;
    if (isOperated(object)) yield* toldRoot(object, check, uidCounts);
    else if (check === "flag") yield* unflagged(object);
    else if (check === "uid") yield* ofRoot(object);
    else yield* runningAsRoot(object, uidCounts);
  },
});

/** What a container inherits from the pod is told once. */
function* runningAsRoot(object: StackObject, uidCounts: boolean): Generator<Violation> {
  const pod = podOf(object).spec.at("securityContext");
  const told = new Set<string>();
  yield* eachKnown(containerContexts(object), function* (context) {
    const wrong = rootOf(settingOf(context, pod, "runAsNonRoot"), settingOf(context, pod, "runAsUser"), uidCounts);
    if (wrong === undefined || told.has(wrong.path)) return;
    told.add(wrong.path);
    yield wrong;
  });
}

function rootOf(flag: Field, uid: Field, uidCounts: boolean): Violation | undefined {
  const user = uid.number();
  if (user === 0) return violation(uid, "a number above 0", { fix: `${uid.path}: 10001` });
  if (flag.boolean() === true || (uidCounts && user !== undefined)) return undefined;
  return violation(flag, "true", { fix: `${flag.path}: true` });
}

/** What an operator is told. What it is not told, it says itself. */
function toldRoot(object: StackObject, check: "both" | "flag" | "uid", uidCounts: boolean): Iterable<Violation> {
  return eachKnown(securityContexts(object), function* (context) {
    const [flag, uid] = [context.at("runAsNonRoot"), context.at("runAsUser")];
    const user = check === "flag" ? undefined : uid.number();
    if (user === 0) yield violation(uid, "a number above 0, or not set", { fix: `${uid.path}: 10001` });
    else if (check !== "uid" && flag.boolean() === false && !(uidCounts && user !== undefined))
      yield violation(flag, "true, or not set", { fix: `${flag.path}: true` });
  });
}

function* unflagged(object: StackObject): Generator<Violation> {
  const pod = podOf(object).spec.at("securityContext", "runAsNonRoot");
  const whole = pod.boolean();
  if (whole === false) yield violation(pod, "true", { fix: `${pod.path}: true` });
  yield* eachKnown(containerContexts(object), function* (context) {
    const own = context.at("runAsNonRoot");
    const flag = own.boolean();
    if (flag === false || (flag === undefined && whole === undefined))
      yield violation(own, "true", { fix: `${own.path}: true` });
  });
}

function ofRoot(object: StackObject): Iterable<Violation> {
  return eachKnown(securityContexts(object), function* (context) {
    const uid = context.at("runAsUser");
    if (uid.number() === 0) yield violation(uid, "a number above 0, or not set", { fix: `${uid.path}: 10001` });
  });
}
