import type { Field } from "../../core/field.ts";
import { containersOf, makesPods } from "../../core/pods.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";
import { holds, plainPath, volumesOf } from "./host-paths.ts";

export const hostPathForbidden = defineRule({
  id: "host-path-forbidden",
  section: "security",
  title: "No pod mounts files of its node",
  severity: "high",
  why: "the node's files hold the keys of the kubelet and of other pods, and one that is written can start programs as root",
  fix: "emptyDir for scratch files, or a persistentVolumeClaim for what must stay, in place of hostPath",
  frameworks: ["PSS:baseline", "MITRE:C-0020", "MITRE:C-0045", "MITRE:C-0048"],
  scope: "resource",
  optOut: "hostPath",
  exemptable: true,
  params: {
    onlyWritable: {
      type: "boolean",
      default: false,
      description: "Let a path of the node be mounted as long as no container can write to it.",
    },
    paths: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Forbid these paths of the node alone, with what lies below them and what holds them. None: all.",
    },
  },
  subjects: makesPods,
  *check(object, { onlyWritable, paths }) {
    const forbidden = paths.map(plainPath);
    const counts = (path: string) =>
      forbidden.length === 0 || forbidden.some((one) => holds(one, path) || holds(path, one));
    yield* onlyWritable ? writableMounts(object, counts) : hostVolumes(object, counts);
  },
});

function hostVolumes(object: StackObject, counts: (path: string) => boolean): Iterable<Violation> {
  return eachKnown(volumesOf(object), function* (volume) {
    const path = pathOf(volume, counts);
    if (path)
      yield violation(path, "no path of the node", {
        fix: `${volume.path}: an emptyDir for scratch files, or a persistentVolumeClaim for what must stay`,
      });
  });
}

function* writableMounts(object: StackObject, counts: (path: string) => boolean): Generator<Violation> {
  const paths = new Map<string, Field>();
  for (const volume of volumesOf(object)) {
    const path = pathOf(volume, counts);
    if (path) paths.set(volume.at("name").text() ?? "", path);
  }
  yield* eachKnown(containersOf(object), function* ({ field }) {
    yield* eachKnown(field.at("volumeMounts").items(), function* (mount) {
      const path = paths.get(mount.at("name").text() ?? "");
      const readOnly = mount.at("readOnly");
      if (!path || readOnly.boolean()) return;
      yield violation(readOnly, `true, as the volume is ${path.shown()} of the node`, {
        fix: `${readOnly.path}: true`,
      });
    });
  });
}

/** The node's path that a volume is, if it is one that counts. */
function pathOf(volume: Field, counts: (path: string) => boolean): Field | undefined {
  const source = volume.at("hostPath");
  if (source.absent) return undefined;
  const path = source.at("path");
  return counts(plainPath(path.text() ?? "")) ? path : undefined;
}
