import { livenessProbeRequired } from "../rules/probes/liveness-probe-required.ts";
import { ACTIONS } from "../rules/probes/probe.ts";
import { probePortDeclared } from "../rules/probes/probe-port-declared.ts";
import { probesNotIdentical, TIMES } from "../rules/probes/probes-not-identical.ts";
import { readinessProbeRequired } from "../rules/probes/readiness-probe-required.ts";
import { startupProbeForSlowStart } from "../rules/probes/startup-probe-for-slow-start.ts";
import { every, some } from "./cel.ts";
import { held } from "./held.ts";
import { POD_MAKERS } from "./subjects.ts";

/** Whether a probe of the container `c` asks anything. */
function acts(probe: string): string {
  return `(${some(ACTIONS.map((action) => `c.?${probe}.?${action}.hasValue()`))})`;
}

/** What holds for the containers of a pod that runs until somebody stops it, without those that help them. */
function eachEndless(condition: string): string {
  return `!variables.endless || variables.main.all(c, ${condition})`;
}

export const PROBES_HELD = [
  held(livenessProbeRequired, POD_MAKERS, ({ startupAndReadinessCount }) => {
    const other = every([acts("startupProbe"), acts("readinessProbe")]);
    return eachEndless(some([acts("livenessProbe"), ...(startupAndReadinessCount ? [other] : [])]));
  }),
  // Whom a Service sends requests to, one object does not say.
  held(readinessProbeRequired, POD_MAKERS, ({ alsoLiveness, onlyServed, anyContainer }) => {
    if (onlyServed) return undefined;
    const probes = ["readinessProbe", ...(alsoLiveness ? ["livenessProbe"] : [])];
    if (!anyContainer) return eachEndless(every(probes.map(acts)));
    const somewhere = probes.map((probe) => `variables.main.size() == 0 || variables.main.exists(c, ${acts(probe)})`);
    return `!variables.endless || (${every(somewhere)})`;
  }),
  held(probePortDeclared, POD_MAKERS, ({ fields }) => {
    const probes = fields.map((name) => `c.?${name}`).join(", ");
    // Probes speak TCP. A number in quotes is a number to the kubelet.
    const declared = `c.?ports.orValue([]).exists(d, d.?protocol.orValue("TCP") == "TCP"
      && string(a.?port.orValue("")) in [string(d.containerPort), string(d.?name.orValue(""))])`;
    const asked = `!a.hasValue() || a.?host.orValue("") != "" || ${declared}`;
    return `variables.containers.all(c, [${probes}].all(p, [p.?httpGet, p.?tcpSocket, p.?grpc].all(a, ${asked})))`;
  }),
  held(probesNotIdentical, POD_MAKERS, () => {
    const fields = [...Object.keys(TIMES), ...ACTIONS];
    // The API server has written down what Kubernetes takes for what is left out.
    const differs = fields.map((name) => `c.?livenessProbe.?${name} != c.?readinessProbe.?${name}`);
    return `variables.containers.all(c, ${some([`!${acts("livenessProbe")}`, ...differs])})`;
  }),
  held(startupProbeForSlowStart, POD_MAKERS, ({ maxDelaySeconds }) =>
    eachEndless(some([`c.?livenessProbe.?initialDelaySeconds.orValue(0) <= ${maxDelaySeconds}`, acts("startupProbe")])),
  ),
];
