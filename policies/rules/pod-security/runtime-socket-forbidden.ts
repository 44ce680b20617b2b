import { defineRule, violation } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";
import { holds, mayMountNode, nodePathsOf, plainPath, volumesOf } from "./host-paths.ts";

/** Where runtimes listen by default, as plain paths. */
export const SOCKETS = [
  "/run/docker.sock",
  "/run/dockershim.sock",
  "/run/cri-dockerd.sock",
  "/run/containerd/containerd.sock",
  "/run/k3s/containerd/containerd.sock",
  "/run/k0s/containerd.sock",
  "/run/crio/crio.sock",
  "/run/podman/podman.sock",
  "/run/buildkit/buildkitd.sock",
  "/run/host-containerd/containerd.sock",
  "/var/snap/microk8s/common/run/containerd.sock",
];
/** The whole node again, as a process sees it; and where runtimes without root listen, in a folder for each user. */
const ALIASES = /^\/(?:proc(?:\/(?:\d+|self|thread-self))?(?:\/(?:root|cwd))?|run\/user(?:\/\d+)?)$/;
/** What stands before a path of the node that is reached through a process. */
const THROUGH_PROCESS = /^\/proc\/(?:\d+|self|thread-self)\/(?:root|cwd)(?=\/)/;
/** The same sockets wherever a distribution has moved them to. */
export const NAMES = new Set(SOCKETS.map((socket) => socket.slice(socket.lastIndexOf("/") + 1)));
/** Windows has named pipes for them. */
export const PIPE = /^[\\/]{2}\.[\\/]pipe[\\/](?:docker_|containerd|cri-dockerd)/i;

export const runtimeSocketForbidden = defineRule({
  id: "runtime-socket-forbidden",
  section: "security",
  title: "No pod or PersistentVolume mounts the socket of a node's container runtime, or a folder that holds it",
  severity: "critical",
  why: "who can speak to the runtime starts a privileged container on the node, unseen by Kubernetes; read-only does not help",
  fix: "take the volume out, and ask the Kubernetes API instead of the runtime",
  frameworks: ["PSS:baseline"],
  scope: "resource",
  exemptable: true,
  params: {},
  subjects: mayMountNode,
  *check(object) {
    yield* eachKnown(volumesOf(object), function* (volume) {
      yield* eachKnown(nodePathsOf(volume), function* (path) {
        if (reachesRuntime(path.text() ?? ""))
          yield violation(path, "no path that leads to a container runtime's socket");
      });
    });
  },
});

/** The root of a node holds the sockets too. */
function reachesRuntime(path: string): boolean {
  if (path === "") return false;
  const plain = plainPath(plainPath(path).replace(THROUGH_PROCESS, ""));
  const name = plain.slice(plain.lastIndexOf("/") + 1);
  return PIPE.test(path) || NAMES.has(name) || ALIASES.test(plain) || SOCKETS.some((socket) => holds(plain, socket));
}
