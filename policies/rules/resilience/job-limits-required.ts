import type { Field } from "../../core/field.ts";
import { makesPods, podOf } from "../../core/pods.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, someKnown } from "../../core/unknown.ts";

const FIELDS = [
  "activeDeadlineSeconds",
  "backoffLimit",
  "concurrencyPolicy",
  "restartPolicy",
  "startingDeadlineSeconds",
  "ttlSecondsAfterFinished",
] as const;

/** What bounds a job: where it may stand, what is wanted, and an example. No place: the kind has no such field. */
interface Bound {
  readonly places: readonly Field[];
  readonly wanted: string;
  readonly example: string;
  readonly values?: readonly string[];
}

export const jobLimitsRequired = defineRule({
  id: "job-limits-required",
  section: "resilience",
  title: "Jobs end: they have deadlines, and say whether runs may overlap and how they are restarted",
  severity: "medium",
  why: "a job that hangs holds its resources for ever, and a schedule then starts the next one beside it, and the next",
  fix: "spec: { concurrencyPolicy: Forbid, startingDeadlineSeconds: 300, jobTemplate: { spec: { activeDeadlineSeconds: 3600 } } }",
  frameworks: [],
  scope: "resource",
  optOut: "jobLimits",
  exemptable: true,
  params: {
    fields: {
      type: "array",
      items: {
        type: "string",
        enum: FIELDS,
      },
      default: ["activeDeadlineSeconds", "concurrencyPolicy", "restartPolicy", "startingDeadlineSeconds"],
      description:
        "What must be said, where the kind has it. ttlSecondsAfterFinished is for jobs that nobody keeps a record of: Pulumi makes a job anew that deleted itself. On a CronJob it must be left out, for the history limits.",
    },
  },
  subjects: (object) => makesPods(object) && (object.kind === "Job" || object.kind === "CronJob"),
  *check(object, { fields }) {
    yield* eachKnown(fields, (name) =>
      name === "ttlSecondsAfterFinished" && object.kind === "CronJob"
        ? withHistory(object)
        : missing(boundOf(object, name)),
    );
  },
});

function* missing(bound: Bound): Generator<Violation> {
  const [first] = bound.places;
  if (!first) return;
  const said = (field: Field) => !field.absent && (bound.values?.includes(field.text() ?? "") ?? true);
  if (someKnown(bound.places, said)) return;
  yield { path: first.path, given: first.shown(), wanted: bound.wanted, fix: `${first.path}: ${bound.example}` };
}

function boundOf(object: StackObject, name: (typeof FIELDS)[number]): Bound {
  const spec = object.root.at("spec");
  const cron = object.kind === "CronJob";
  const job = cron ? spec.at("jobTemplate", "spec") : spec;
  const pod = podOf(object).spec;
  switch (name) {
    case "activeDeadlineSeconds":
      return { places: [job.at(name), pod.at(name)], wanted: "the longest time that a run may take", example: "3600" };
    case "backoffLimit":
      return { places: [job.at(name)], wanted: "how often it is tried again", example: "3" };
    case "concurrencyPolicy":
      return { places: cron ? [spec.at(name)] : [], wanted: "Forbid, Replace or Allow", example: "Forbid" };
    case "restartPolicy": {
      const values = ["OnFailure", "Never"];
      return { places: [pod.at(name)], wanted: "OnFailure or Never", example: "OnFailure", values };
    }
    case "startingDeadlineSeconds":
      return { places: cron ? [spec.at(name)] : [], wanted: "how late a run may still start", example: "300" };
    case "ttlSecondsAfterFinished":
      return { places: [job.at(name)], wanted: "for how long it is kept after it has ended", example: "86400" };
  }
}

/** A CronJob keeps its last runs by number; a time of life beside that deletes them early. */
function* withHistory(object: StackObject): Generator<Violation> {
  const field = object.root.at("spec", "jobTemplate", "spec", "ttlSecondsAfterFinished");
  if (field.absent) return;
  yield {
    path: field.path,
    given: `${field.shown()}, beside the history limits`,
    wanted: "successfulJobsHistoryLimit and failedJobsHistoryLimit alone",
    fix: `remove ${field.path}`,
  };
}
