import { shapesPods, specsOf } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";

export const sysctlsSafe = defineRule({
  id: "sysctls-safe",
  section: "security",
  title: "Pods set no kernel parameters but those that touch no other pod",
  severity: "high",
  why: "other parameters change the kernel for every pod of the node, or let one pod starve it; a kubelet refuses the pod",
  fix: "take the parameter out of securityContext.sysctls, and set it for the nodes if all pods may have it",
  frameworks: ["PSS:baseline"],
  scope: "resource",
  exemptable: true,
  params: {
    allow: {
      type: "array",
      items: { type: "string" },
      // The safe set of the pod security standards at v1.37.
      default: [
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_notsent_lowat",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_slow_start_after_idle",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_wmem",
      ],
      description: "The parameters that a pod may set, by their full names.",
    },
  },
  subjects: shapesPods,
  *check(object, { allow }) {
    const lists = specsOf(object).map((spec) => spec.at("securityContext", "sysctls"));
    const set = lists.flatMap((sysctls) => sysctls.items().map((sysctl) => ({ sysctls, sysctl })));
    yield* eachKnown(set, function* ({ sysctls, sysctl }) {
      const name = sysctl.at("name");
      if (allow.includes(name.text() ?? "")) return;
      yield violation(name, `one of ${allow.join(", ")}`, {
        fix: `take ${name.shown()} out of ${sysctls.path}, and set it for the nodes if all pods may have it`,
      });
    });
  },
});
