import { hostPathForbidden, SYSTEM } from "../rules/pod-security/host-path-forbidden.ts";
import { plainPath } from "../rules/pod-security/host-paths.ts";
import { NAMES, PIPE, runtimeSocketForbidden, SOCKETS } from "../rules/pod-security/runtime-socket-forbidden.ts";
import { every, literal, some } from "./cel.ts";
import { held, heldOfPods } from "./held.ts";
import { above, below, named, spelled } from "./paths.ts";
import { OPERATED_PODS, POD_MAKERS, VOLUMES } from "./subjects.ts";

const PROCESS = "(?:\\d+|self|thread-self)";
const ITS_FILES = "(?:root|cwd)";
const RUN = "(?:var/+)?run";

/** One regular expression for every path that leads to the socket of a container runtime. */
const RUNTIME = alternatives([
  ...SOCKETS.map((socket) => above(socket, { throughProcess: true })),
  ...Array.from(NAMES, named),
  ...[
    ["proc"],
    ["proc", PROCESS],
    ["proc", ITS_FILES],
    ["proc", PROCESS, ITS_FILES],
    [RUN, "user"],
    [RUN, "user", "\\d+"],
  ].map(spelled),
  `(?i)${PIPE.source.replaceAll("\\/", "/")}`,
]);

const VOLUME_PATHS = ["object.spec.?hostPath.?path", "object.spec.?local.?path"];

export const NODE_FILES_HELD = [
  ...heldOfPods(runtimeSocketForbidden, () => `variables.volumes.all(v, ${missing("v.?hostPath.?path", RUNTIME)})`),
  held(runtimeSocketForbidden, VOLUMES, () => every(VOLUME_PATHS.map((path) => missing(path, RUNTIME)))),
  held(hostPathForbidden, POD_MAKERS, ({ onlyWritable, paths }) => {
    if (!onlyWritable) return `!variables.volumes.exists(v, ${mounted(paths)})`;
    return `variables.containers.all(c, c.?volumeMounts.orValue([]).all(m, m.?readOnly.orValue(false)
      || !variables.volumes.exists(v, v.name == m.name && ${mounted(paths)})))`;
  }),
  held(hostPathForbidden, OPERATED_PODS, ({ paths }) => `!variables.volumes.exists(v, ${mounted(paths)})`),
  held(hostPathForbidden, VOLUMES, ({ paths }) => {
    const counted = around(paths);
    const hostPath = every(["has(object.spec.hostPath)", matching("object.spec.hostPath.path", counted)]);
    // A local volume is meant to be a disk, and counts where it is a folder of the system.
    const local = every([
      "has(object.spec.local)",
      matching("object.spec.local.path", counted),
      matching("object.spec.local.path", around(SYSTEM)),
    ]);
    return `!(${some([hostPath, local])})`;
  }),
];

/** Whether the volume `v` is a path of the node that counts. */
function mounted(paths: readonly string[]): string {
  return `has(v.hostPath) && ${matching("v.hostPath.path", around(paths))}`;
}

/** Regular expression for what lies below some paths of the node, or holds them; without any, for every path. */
function around(paths: readonly string[]): string {
  return alternatives(paths.map(plainPath).flatMap((path) => [above(path), below(path)]));
}

function alternatives(patterns: readonly string[]): string {
  return patterns.map((pattern) => `(?:${pattern})`).join("|");
}

function matching(text: string, pattern: string): string {
  return pattern === "" ? "true" : `${text}.matches(${literal(pattern)})`;
}

/** Whether a path is not there, or matches nothing. An empty one is nowhere. */
function missing(path: string, pattern: string): string {
  return `${path}.orValue("") == "" || !${path}.orValue("").matches(${literal(pattern)})`;
}
