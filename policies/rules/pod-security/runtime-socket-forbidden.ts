import { makesPods } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";
import { holds, plainPath, volumesOf } from "./host-paths.ts";

/** Where runtimes listen by default, as plain paths. */
const SOCKETS = [
  "/run/docker.sock",
  "/run/dockershim.sock",
  "/run/cri-dockerd.sock",
  "/run/containerd/containerd.sock",
  "/run/k3s/containerd/containerd.sock",
  "/run/k0s/containerd.sock",
  "/run/crio/crio.sock",
  "/run/podman/podman.sock",
  "/run/buildkit/buildkitd.sock",
];
/** The same sockets wherever a distribution has moved them to. */
const NAMES = new Set(SOCKETS.map((socket) => socket.slice(socket.lastIndexOf("/") + 1)));
/** Windows has named pipes for them. */
const PIPE = /^[\\/]{2}\.[\\/]pipe[\\/](?:docker_|containerd|cri-dockerd)/i;

export const runtimeSocketForbidden = defineRule({
  id: "runtime-socket-forbidden",
  section: "security",
  title: "No pod mounts the socket of its node's container runtime, or a folder that holds it",
  severity: "critical",
  why: "who can speak to the runtime starts a privileged container on the node, unseen by Kubernetes; read-only does not help",
  fix: "take the volume out, and ask the Kubernetes API instead of the runtime",
  frameworks: ["PSS:baseline"],
  scope: "resource",
  exemptable: true,
  params: {},
  subjects: makesPods,
  *check(object) {
    yield* eachKnown(volumesOf(object), function* (volume) {
      const path = volume.at("hostPath", "path");
      if (reachesRuntime(path.text() ?? ""))
        yield violation(path, "no path that leads to a container runtime's socket");
    });
  },
});

/** The root of a node holds the sockets too. */
function reachesRuntime(path: string): boolean {
  if (path === "") return false;
  const plain = plainPath(path);
  const name = plain.slice(plain.lastIndexOf("/") + 1);
  return PIPE.test(path) || NAMES.has(name) || SOCKETS.some((socket) => holds(plain, socket));
}
