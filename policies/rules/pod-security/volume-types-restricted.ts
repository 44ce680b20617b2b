import { shapesPods } from "../../core/pods.ts";
import { defineRule } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";
import { volumesOf } from "./host-paths.ts";

export const volumeTypesRestricted = defineRule({
  id: "volume-types-restricted",
  section: "security",
  title: "Volumes are of the types that keep a pod apart from its node and from the network",
  severity: "medium",
  why: "other types mount the node's files or a storage system by its address, past the claims that say who may use it",
  fix: "a persistentVolumeClaim, with the storage behind it in a PersistentVolume",
  frameworks: ["PSS:restricted"],
  scope: "resource",
  exemptable: true,
  params: {
    allow: {
      type: "array",
      items: { type: "string" },
      // What the restricted level of the pod security standards allows.
      default: [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
      ],
      description: "The types that a volume may be of, as a pod's spec names them.",
    },
  },
  subjects: shapesPods,
  *check(object, { allow }) {
    yield* eachKnown(volumesOf(object), function* (volume) {
      // A volume without a source becomes an emptyDir.
      for (const [type, source] of volume.entries()) {
        if (type === "name" || allow.includes(type) || source.absent) continue;
        yield { path: source.path, given: `a volume of type ${type}`, wanted: `one of ${allow.join(", ")}` };
      }
    });
  },
});
