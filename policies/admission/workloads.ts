import { DEFAULT_WINDOW, hpaScaleDownStabilised } from "../rules/autoscaling/hpa-scale-down-stabilised.ts";
import { revisionHistoryBounded } from "../rules/delivery/revision-history-bounded.ts";
import { barePodForbidden } from "../rules/resilience/bare-pod-forbidden.ts";
import { jobLimitsRequired } from "../rules/resilience/job-limits-required.ts";
import { priorityClassRequired } from "../rules/resilience/priority-class-required.ts";
import { rollingUpdateRequired } from "../rules/resilience/rolling-update-required.ts";
import { secretEnvRefForbidden } from "../rules/secrets/secret-env-ref-forbidden.ts";
import { every, some } from "./cel.ts";
import { held, heldOfPods } from "./held.ts";
import { AUTOSCALERS, BARE_PODS, DEPLOYMENTS, JOBS, POD_MAKERS, REVISED } from "./subjects.ts";

/** What Kubernetes keeps of old revisions where nothing is said. It says so itself but for other projects' kinds. */
const KEPT = 10;

/** Whether a job, or the one that a CronJob makes, states a bound. What a kind does not have, it need not state. */
function states(name: string): string {
  const job = 'object.kind == "CronJob" ? dyn(object).spec.jobTemplate.spec : dyn(object).spec';
  const ofCron = (field: string) => `object.kind != "CronJob" || dyn(object).spec.?${field}.hasValue()`;
  switch (name) {
    case "activeDeadlineSeconds":
      return `[${job}].all(j, j.?activeDeadlineSeconds.hasValue() || j.template.spec.?activeDeadlineSeconds.hasValue())`;
    case "restartPolicy":
      return `[${job}].all(j, j.template.spec.?restartPolicy.orValue("") in ["OnFailure", "Never"])`;
    case "ttlSecondsAfterFinished":
      return `[${job}].all(j, j.?ttlSecondsAfterFinished.hasValue() == (object.kind == "Job"))`;
    case "backoffLimit":
      return `[${job}].all(j, j.?backoffLimit.hasValue())`;
    default:
      return ofCron(name);
  }
}

export const WORKLOADS_HELD = [
  held(priorityClassRequired, POD_MAKERS, () => 'variables.spec.?priorityClassName.orValue("") != ""'),
  ...heldOfPods(secretEnvRefForbidden, () =>
    every([
      "variables.containers.all(c, c.?env.orValue([]).all(e, !e.?valueFrom.?secretKeyRef.hasValue()))",
      "variables.containers.all(c, c.?envFrom.orValue([]).all(s, !has(s.secretRef)))",
    ]),
  ),
  held(barePodForbidden, BARE_PODS, () => "object.metadata.?ownerReferences.orValue([]).size() > 0"),
  held(jobLimitsRequired, JOBS, ({ fields }) => every(fields.map(states))),
  held(rollingUpdateRequired, DEPLOYMENTS, ({ explicit }) => {
    const most = "dyn(object).spec.?strategy.?rollingUpdate.?maxUnavailable.orValue(0)";
    const notAll = `string(m).endsWith("%") ? int(string(m).replace("%", "")) < 100
      : object.spec.?replicas.orValue(1) <= 1 || int(m) < object.spec.?replicas.orValue(1)`;
    return every([
      'object.spec.?strategy.?type.orValue("RollingUpdate") == "RollingUpdate"',
      ...(explicit ? [] : [`[${most}].all(m, ${notAll})`]),
    ]);
  }),
  held(revisionHistoryBounded, REVISED, ({ min, max }) => {
    const kept = `object.spec.?revisionHistoryLimit.orValue(${KEPT})`;
    return every([`${kept} >= ${min}`, `${kept} <= ${max}`]);
  }),
  held(hpaScaleDownStabilised, AUTOSCALERS, ({ minSeconds }) =>
    some([
      `object.spec.?behavior.?scaleDown.?stabilizationWindowSeconds.orValue(${DEFAULT_WINDOW}) >= ${minSeconds}`,
      'object.spec.?behavior.?scaleDown.?selectPolicy.orValue("") == "Disabled"',
    ]),
  ),
];
