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
import { held } from "./held.ts";
import { NAMESPACES, POD_MAKERS } from "./subjects.ts";

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
  held(privilegedForbidden, POD_MAKERS, ({ fields }) =>
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
  held(capabilitiesAddedRestricted, POD_MAKERS, ({ allow, deny }) => {
    const names = deny.map((name) => quoted(name.toUpperCase().replace(/^CAP_/, "")));
    const denied = `^(?:CAP_)?(?:${["ALL", ...names].join("|")})$`;
    const allowed = deny.length > 0 ? `!a.upperAscii().matches(${literal(denied)})` : oneOf("a", allow);
    return eachContext(`c.?capabilities.?add.orValue([]).all(a, ${allowed})`);
  }),
  held(hostNamespacesForbidden, POD_MAKERS, ({ fields }) =>
    every(fields.map((name) => `!variables.spec.?${name}.orValue(false)`)),
  ),
  // With hostNetwork, the API server writes every port down as one of the node's.
  held(hostPortsForbidden, POD_MAKERS, () => {
    const own = "variables.spec.?hostNetwork.orValue(false) && p.hostPort == p.containerPort";
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
  held(lsmProfileKept, POD_MAKERS, ({ fields }) => {
    const annotated = `variables.template.?metadata.?annotations.orValue({}).all(k, !k.startsWith(${literal(APPARMOR_ANNOTATION)})
      || [variables.template.metadata.annotations[k]].all(v, v in ["", "runtime/default"] || v.startsWith("localhost/")))`;
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
  held(
    sysctlsSafe,
    POD_MAKERS,
    ({ allow }) => `variables.podContext.?sysctls.orValue([]).all(s, ${oneOf("s.name", allow)})`,
  ),
  held(procMountDefault, POD_MAKERS, ({ level }) => {
    const all = eachContext('c.?procMount.orValue("Default") == "Default"');
    return level === "baseline" ? `variables.ownUsers || ${all}` : all;
  }),
  held(probeHostForbidden, POD_MAKERS, ({ allow }) => {
    const handlers = ["startupProbe", "readinessProbe", "livenessProbe", "lifecycle.?postStart", "lifecycle.?preStop"];
    const inside = ["httpGet", "tcpSocket"].map((action) => oneOf(`h.?${action}.?host.orValue("")`, ["", ...allow]));
    return `variables.containers.all(c, [${handlers.map((handler) => `c.?${handler}`).join(", ")}].all(h, ${every(inside)}))`;
  }),
  held(serviceLinkEnvForbidden, POD_MAKERS, () => "variables.spec.?enableServiceLinks.orValue(true) == false"),
  held(
    volumeTypesRestricted,
    POD_MAKERS,
    ({ allow }) => `variables.volumes.all(v, v.all(k, ${oneOf("k", ["name", ...allow])}))`,
  ),
  held(podSecurityLabelsRequired, NAMESPACES, ({ levels }) =>
    oneOf(`object.metadata.?labels[?${literal(ENFORCE)}].orValue("")`, levels),
  ),
];
