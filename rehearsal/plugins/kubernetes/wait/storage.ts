import { isDeepStrictEqual } from "node:util";
import { at, isJsonObject, type KubeObject, textAt } from "../object.ts";
import { failed, READY, type Rule, waiting } from "./readiness.ts";

const phaseOf = (object: KubeObject) => textAt(object, "status", "phase") ?? "Pending";

/** Ready when bound, or when its storage class binds it only as the first pod comes. */
export const persistentVolumeClaim: Rule = {
  related: (object) => ({
    classes: {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      fieldSelector: `metadata.name=${textAt(object, "spec", "storageClassName") ?? ""}`,
    },
  }),
  judge(object, seen) {
    const phase = phaseOf(object);
    if (phase === "Bound") return READY;
    if (phase === "Lost") return failed("the claim is Lost", ["the volume that it was bound to is gone"]);
    const [storageClass] = seen("classes");
    if (textAt(storageClass, "volumeBindingMode") === "WaitForFirstConsumer") return READY;
    const name = textAt(object, "spec", "storageClassName");
    const problem = name
      ? `there is no storage class ${JSON.stringify(name)}`
      : "no storage class is set, and the cluster has no default one";
    return waiting("a volume has to be bound", storageClass ? [] : [problem]);
  },
};

export const persistentVolume: Rule = {
  judge(object) {
    const phase = phaseOf(object);
    if (phase === "Available" || phase === "Bound") return READY;
    const message = textAt(object, "status", "message");
    if (phase === "Failed") return failed("the volume is Failed", message ? [message] : []);
    return waiting(`the volume is ${phase} and has to be Available`);
  },
};

/** Ready when the quota controller counts by it. */
export const resourceQuota: Rule = {
  judge: (object) =>
    isDeepStrictEqual(at(object, "spec", "hard") ?? {}, at(object, "status", "hard") ?? {})
      ? READY
      : waiting("the quota controller has to take it up"),
};

/** A token for a service account is filled in by a controller; every other secret is ready at once. */
export const secret: Rule = {
  judge(object) {
    if (textAt(object, "type") !== "kubernetes.io/service-account-token") return READY;
    const data = at(object, "data");
    return isJsonObject(data) && Object.keys(data).length > 0
      ? READY
      : waiting("the token controller has to fill in the token");
  },
};
