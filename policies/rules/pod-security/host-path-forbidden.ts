import type { Field } from "../../core/field.ts";
import { isOperated } from "../../core/operated.ts";
import { containersOf } from "../../core/pods.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";
import { holds, isVolume, mayMountNode, nodePathsOf, plainPath, volumesOf } from "./host-paths.ts";

/** Folders of a node that no disk for volumes is mounted in. */
export const SYSTEM = [
  "/bin",
  "/boot",
  "/dev",
  "/etc",
  "/home",
  "/lib",
  "/proc",
  "/root",
  "/run",
  "/sbin",
  "/sys",
  "/usr",
  "/var/lib/kubelet",
  "/var/log",
];

export const hostPathForbidden = defineRule({
  id: "host-path-forbidden",
  section: "security",
  title: "No pod or PersistentVolume mounts files of a node",
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
  subjects: mayMountNode,
  *check(object, { onlyWritable, paths }) {
    const forbidden = paths.map(plainPath);
    const counts = (path: string) =>
      forbidden.length === 0 || forbidden.some((one) => holds(one, path) || holds(path, one));
    // Which containers an operator mounts a volume into is its own business.
    yield* onlyWritable && !isVolume(object) && !isOperated(object)
      ? writableMounts(object, counts)
      : hostVolumes(object, counts);
  },
});

function hostVolumes(object: StackObject, counts: (path: string) => boolean): Iterable<Violation> {
  return eachKnown(volumesOf(object), (volume) =>
    eachKnown(pathsOf(volume, counts), function* (path) {
      yield violation(path, isVolume(object) ? "a folder of a disk of its own" : "no path of the node", {
        fix: isVolume(object)
          ? `${path.path}: /mnt/disks/<disk>, or a StorageClass that makes volumes`
          : `${volume.path}: an emptyDir for scratch files, or a persistentVolumeClaim for what must stay`,
      });
    }),
  );
}

function* writableMounts(object: StackObject, counts: (path: string) => boolean): Generator<Violation> {
  const paths = new Map<string, Field>();
  for (const volume of volumesOf(object)) {
    const [path] = pathsOf(volume, counts);
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

/** The node's paths that a volume is, if they count. A local volume is meant to be a disk, and counts where it is a folder of the system. */
function pathsOf(volume: Field, counts: (path: string) => boolean): Field[] {
  return nodePathsOf(volume).filter((path) => {
    const plain = plainPath(path.text() ?? "");
    return (
      counts(plain) && (!volume.at("hostPath").absent || SYSTEM.some((one) => holds(one, plain) || holds(plain, one)))
    );
  });
}
