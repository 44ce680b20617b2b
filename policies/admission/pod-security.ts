import { capabilitiesAddedRestricted } from "../rules/pod-security/capabilities-added-restricted.ts";
import { capabilitiesDropAll } from "../rules/pod-security/capabilities-drop-all.ts";
import { highUidRequired } from "../rules/pod-security/high-uid-required.ts";
import { hostNamespacesForbidden } from "../rules/pod-security/host-namespaces-forbidden.ts";
import { hostPortsForbidden } from "../rules/pod-security/host-ports-forbidden.ts";
import {
  APPARMOR_ANNOTATION,
  APPARMOR_TYPES,
  lsmProfileKept,
  SELINUX_TYPES,
} from "../rules/pod-security/lsm-profile-kept.ts";
import { nonRootRequired } from "../rules/pod-security/non-root-required.ts";
import { ENFORCE, podSecurityLabelsRequired } from "../rules/pod-security/pod-security-labels-required.ts";
import { privilegeEscalationForbidden } from "../rules/pod-security/privilege-escalation-forbidden.ts";
import { privilegedForbidden } from "../rules/pod-security/privileged-forbidden.ts";
import { probeHostForbidden } from "../rules/pod-security/probe-host-forbidden.ts";
import { procMountDefault } from "../rules/pod-security/proc-mount-default.ts";
import { readonlyRootfsRequired } from "../rules/pod-security/readonly-rootfs-required.ts";
import { seccompRequired } from "../rules/pod-security/seccomp-required.ts";
import { serviceLinkEnvForbidden } from "../rules/pod-security/service-link-env-forbidden.ts";
import { sysctlsSafe } from "../rules/pod-security/sysctls-safe.ts";
import { volumeTypesRestricted } from "../rules/pod-security/volume-types-restricted.ts";
import { every, literal, oneOf, quoted } from "./cel.ts";
import { held, heldOfPods } from "./held.ts";
import { NAMESPACES, OPERATED_PODS, POD_MAKERS } from "./subjects.ts";

/** What holds for the security context of each container. */
function eachContext(condition: string, among = "variables.contexts"): string {
  return `${among}.all(c, ${condition})`;
}

function onLinux(condition: string): string {
  return `variables.windows || ${condition}`;
}

/** A setting of a container's security context, else of its pod's. */
function inherited(name: string): string {
  return `c.?${name}.or(variables.podContext.?${name})`;
}

export const POD_SECURITY_HELD = [
  ...heldOfPods(privilegedForbidden, ({ fields }) =>
    every([
      ...(fields.includes("privileged") ? [eachContext("!c.?privileged.orValue(false)")] : []),
      ...(fields.includes("hostProcess")
        ? [eachContext("!c.?windowsOptions.?hostProcess.orValue(false)", "variables.allContexts")]
        : []),
    ]),
  ),
  held(privilegeEscalationForbidden, POD_MAKERS, () =>
    onLinux(eachContext("c.?allowPrivilegeEscalation.orValue(true) == false")),
  ),
  held(privilegeEscalationForbidden, OPERATED_PODS, () =>
    eachContext("c.?allowPrivilegeEscalation.orValue(false) == false"),
  ),
  held(nonRootRequired, OPERATED_PODS, ({ check, uidCounts }) => {
    const user = check === "flag" ? [] : ["c.?runAsUser.orValue(1) != 0"];
    const instead = check === "both" && uidCounts ? " || c.?runAsUser.hasValue()" : "";
    const flag = check === "uid" ? [] : [`c.?runAsNonRoot.orValue(true)${instead}`];
    return eachContext(every([...user, ...flag]), "variables.allContexts");
  }),
  held(readonlyRootfsRequired, OPERATED_PODS, () => eachContext("c.?readOnlyRootFilesystem.orValue(true)")),
  held(seccompRequired, OPERATED_PODS, ({ types }) => {
    const type = `c.?seccompProfile.?type.orValue(${literal(types[0] ?? "")})`;
    const own = oneOf(`p.?type.orValue(${literal(types[0] ?? "")})`, types);
    return every([
      eachContext(oneOf(type, types), "variables.allContexts"),
      `variables.seccompProfiles.all(p, ${own})`,
    ]);
  }),
  held(nonRootRequired, POD_MAKERS, ({ check, uidCounts }) => {
    const user = `${inherited("runAsUser")}.orValue(-1)`;
    const flag = `${inherited("runAsNonRoot")}.orValue(false)`;
    const checks = {
      both: eachContext(`${user} != 0 && (${flag}${uidCounts ? ` || ${user} != -1` : ""})`),
      flag: `variables.podContext.?runAsNonRoot.orValue(true) && ${eachContext(flag)}`,
      uid: eachContext("c.?runAsUser.orValue(-1) != 0", "variables.allContexts"),
    };
    return `variables.ownUsers || ${checks[check]}`;
  }),
  held(highUidRequired, POD_MAKERS, ({ fields, min }) => {
    const high = every(fields.map((name) => `${inherited(name)}.orValue(0) >= ${min}`));
    return `variables.ownUsers || ${onLinux(eachContext(high))}`;
  }),
  held(readonlyRootfsRequired, POD_MAKERS, () => onLinux(eachContext("c.?readOnlyRootFilesystem.orValue(false)"))),
  held(capabilitiesDropAll, POD_MAKERS, () => onLinux(eachContext('"ALL" in c.?capabilities.?drop.orValue([])'))),
  ...heldOfPods(capabilitiesAddedRestricted, ({ allow, deny }) => {
    const names = deny.map((name) => quoted(name.toUpperCase().replace(/^CAP_/, "")));
    const denied = `^(?:CAP_)?(?:${["ALL", ...names].join("|")})$`;
    const allowed = deny.length > 0 ? `!a.upperAscii().matches(${literal(denied)})` : oneOf("a", allow);
    return eachContext(`c.?capabilities.?add.orValue([]).all(a, ${allowed})`);
  }),
  ...heldOfPods(
    hostNamespacesForbidden,
    ({ fields }) => `variables.specs.all(s, ${every(fields.map((name) => `!s.?${name}.orValue(false)`))})`,
  ),
  // With hostNetwork, the API server writes every port down as one of the node's.
  ...heldOfPods(hostPortsForbidden, () => {
    const own = "variables.specs.exists(s, s.?hostNetwork.orValue(false)) && p.hostPort == p.containerPort";
    return `variables.containers.all(c, c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0 || ${own}))`;
  }),
  held(seccompRequired, POD_MAKERS, ({ level, types }) => {
    const unsaid = literal(level === "baseline" ? (types[0] ?? "") : "");
    const pod = "variables.podContext.?seccompProfile.?type";
    const ofPod = oneOf(`${pod}.orValue(${literal(types[0] ?? "")})`, types);
    const ofContainers = eachContext(oneOf(`c.?seccompProfile.?type.or(${pod}).orValue(${unsaid})`, types));
    const both = every([ofPod, ofContainers]);
    return level === "restricted" ? onLinux(`(${both})`) : both;
  }),
  ...heldOfPods(lsmProfileKept, ({ fields }) => {
    const annotated = `variables.podAnnotations.all(a, a.all(k, !k.startsWith(${literal(APPARMOR_ANNOTATION)})
      || [a[k]].all(v, v in ["", "runtime/default"] || v.startsWith("localhost/"))))`;
    const unset = (name: string) => `c.?seLinuxOptions.?${name}.orValue("") == ""`;
    const type = oneOf('c.?seLinuxOptions.?type.orValue("")', ["", ...SELINUX_TYPES]);
    return every([
      ...(fields.includes("apparmor")
        ? [
            annotated,
            eachContext(
              `!has(c.appArmorProfile) || ${oneOf("c.appArmorProfile.type", APPARMOR_TYPES)}`,
              "variables.allContexts",
            ),
          ]
        : []),
      ...(fields.includes("selinux")
        ? [eachContext(every([type, unset("user"), unset("role")]), "variables.allContexts")]
        : []),
    ]);
  }),
  ...heldOfPods(
    sysctlsSafe,
    ({ allow }) => `variables.podContexts.all(c, c.?sysctls.orValue([]).all(s, ${oneOf("s.name", allow)}))`,
  ),
  ...heldOfPods(procMountDefault, ({ level }) => {
    const all = eachContext('c.?procMount.orValue("Default") == "Default"');
    return level === "baseline" ? `variables.ownUsers || ${all}` : all;
  }),
  ...heldOfPods(probeHostForbidden, ({ allow }) => {
    const handlers = ["startupProbe", "readinessProbe", "livenessProbe", "lifecycle.?postStart", "lifecycle.?preStop"];
    const inside = ["httpGet", "tcpSocket"].map((action) => oneOf(`h.?${action}.?host.orValue("")`, ["", ...allow]));
    return `variables.containers.all(c, [${handlers.map((handler) => `c.?${handler}`).join(", ")}].all(h, ${every(inside)}))`;
  }),
  held(serviceLinkEnvForbidden, POD_MAKERS, () => "variables.spec.?enableServiceLinks.orValue(true) == false"),
  ...heldOfPods(
    volumeTypesRestricted,
    ({ allow }) => `variables.volumes.all(v, v.all(k, ${oneOf("k", ["name", ...allow])}))`,
  ),
  held(podSecurityLabelsRequired, NAMESPACES, ({ levels }) =>
    oneOf(`object.metadata.?labels[?${literal(ENFORCE)}].orValue("")`, levels),
  ),
];
