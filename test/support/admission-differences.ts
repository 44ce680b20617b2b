/** Reasons by rule and fixture. */
type Reasons = Readonly<Record<string, Readonly<Record<string, string>>>>;

const DEBUG = "a debug container is added to a pod that runs, by a request of its own";
const TYPES = "the API server reads types itself";
const NO_ACTION = "the API server wants a probe to ask something";
const WINDOWS = "the API server keeps what only Linux has from pods for Windows";
const UNMASKED = "the API server wants users of the pod's own for it";
const NO_KIND = "the test's API server has no such kind";

/** Fixtures that no API server takes for an object, whatever a policy says: it refuses them before any is asked. */
export const NO_OBJECT: Reasons = {
  "privileged-forbidden": { "what Envoy's operator is told by a patch": NO_KIND },
  "privilege-escalation-forbidden": { "forgotten for the debug container": DEBUG },
  "non-root-required": { "a debug container of root": DEBUG, "a user's name is no number": TYPES },
  "capabilities-drop-all": { "forgotten for the debug container": DEBUG },
  "host-ports-forbidden": { "a port that is no number": TYPES },
  "seccomp-required": { "baseline takes no notice of Windows, which has nothing to confine": WINDOWS },
  "lsm-profile-kept": {
    "profiles that confine": "the API server wants an annotation and a field to say the same",
    "AppArmor is somebody else's business": "the API server wants the annotation's container to be there",
  },
  "proc-mount-default": { unmasked: UNMASKED, "baseline forbids it among the node's users": UNMASKED },
  "pod-security-labels-required": {
    "a level that does not exist enforces nothing": "the API server knows the levels itself",
  },
  "image-tag-pinned": {
    "a debug container counts": DEBUG,
    "what Strimzi is told": NO_KIND,
    "what Envoy's operator is told": NO_KIND,
  },
  "secret-env-ref-forbidden": { "what Strimzi is told of its brokers": NO_KIND },
  "image-digest-required": { "a debug container by its tag": DEBUG },
  "liveness-probe-required": { "a probe that asks nothing": NO_ACTION },
  "readiness-probe-required": { "a probe that does nothing": NO_ACTION },
  "probe-port-declared": {
    "ports by name, by number, and by a number in quotes": "the API server wants a letter in a port's name",
  },
  "resource-limits-required": {
    "Kubernetes refuses limits on ephemeral containers": DEBUG,
    "a limit that is no quantity": TYPES,
  },
  "limit-request-ratio-max": {
    "a limit below the request where both must be equal": "the API server wants no request above its limit",
  },
  "job-limits-required": { "a job is never restarted always": "the API server wants the same itself" },
  "rolling-update-required": {
    "another kind, another name": NO_KIND,
    "what is wrong is told although something else is not known yet":
      "the API server wants no figures of a rolling update beside Recreate",
  },
  "revision-history-bounded": { "every revision that there ever was": NO_KIND },
  "rbac-broad-binding-forbidden": {
    "a ClusterRoleBinding cannot bind a Role": "the API server wants the same itself",
  },
  "network-policy-not-open": { "everybody by the name that Cilium has for them": NO_KIND },
  "egress-to-metadata-blocked": {
    "everybody by the name that Cilium has for them, with the metadata service": NO_KIND,
    "other networks, other ports, other pods": "the API server wants networks that are some",
  },
  "ingress-host-explicit": {
    "nothing is said, so nothing is served": "the API server wants a rule or a backend",
    "every host, in an old version of the API": NO_KIND,
  },
};

const FILLED_IN = "the API server has filled it in before any policy reads it";
const BOUND = "what the bound role grants stands in another object";

/** Broken rules that no policy sees. */
export const NOT_SEEN: Reasons = {
  "image-pull-policy-always": { "it must be written": FILLED_IN },
  "resource-limits-required": { "what is limited must be requested, too": FILLED_IN },
  "limit-request-ratio-max": { "a request must be written down": FILLED_IN },
  "rbac-broad-binding-forbidden": {
    "cluster-admin by another name": BOUND,
    "everything of a namespace": BOUND,
    "a role that takes the rules of every other one, when roles are looked into": BOUND,
  },
};
