import type { Field } from "../../core/field.ts";
import { type Container, makesPods } from "../../core/pods.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";
import { figureOf, sizedContainersOf } from "./figure.ts";
import { quantityOf } from "./quantity.ts";
import { claimOfVariable, claimOfWord, type RuntimeClaim } from "./runtime-claim.ts";

/** Go 1.25 itself takes so many threads at least, however small the limit is. */
const LEAST_CORES = 2;

export const runtimeLimitEnv = defineRule({
  id: "runtime-limit-env",
  section: "performance",
  title: "What a language runtime is told about its memory and cores fits into the container's limits",
  severity: "high",
  why: "a heap that may grow past the limit is never collected in time: the kernel kills the process instead; more threads than cores are throttled",
  fix: "env: [{ name: NODE_OPTIONS, value: --max-old-space-size=<nine tenths of the memory limit, in MiB> }]",
  frameworks: [],
  scope: "resource",
  optOut: "limits",
  exemptable: true,
  params: {
    maxShare: {
      type: "integer",
      minimum: 1,
      default: 90,
      description:
        "The largest part of the memory limit, in percent, that a runtime may be told to take: stacks, buffers and code need the rest.",
    },
  },
  subjects: makesPods,
  check(object, { maxShare }) {
    return eachKnown(sizedContainersOf(object), (container) =>
      eachKnown(sourcesOf(container), ({ field, claim }) => judged(object, container, field, claim(), maxShare)),
    );
  },
});

/** Where a container tells its runtime something. */
function sourcesOf({ field }: Container): { field: Field; claim: () => RuntimeClaim | undefined }[] {
  const words = [...field.at("command").items(), ...field.at("args").items()];
  return [
    ...field
      .at("env")
      .items()
      .map((variable) => ({ field: variable.at("value"), claim: () => claimOfVariable(variable) })),
    ...words.map((word) => ({ field: word, claim: () => claimOfWord(word) })),
  ];
}

function* judged(
  object: StackObject,
  container: Container,
  field: Field,
  claim: RuntimeClaim | undefined,
  maxShare: number,
): Generator<Violation> {
  if (!claim) return;
  const figure = figureOf(object, container, "limits", claim.resource);
  const limit = quantityOf(figure);
  if (limit === undefined) return;
  const most =
    claim.resource === "memory" ? Math.floor((limit * maxShare) / 100) : Math.max(LEAST_CORES, Math.ceil(limit));
  const amount = claim.unit === "percent" ? (limit * claim.amount) / 100 : claim.amount;
  if (amount <= most) return;
  yield {
    path: field.path,
    given: `${claim.written}, under a ${claim.resource} limit of ${figure.shown()}`,
    wanted: claim.resource === "memory" ? `at most ${maxShare} % of the limit` : `at most ${most}, the limit's cores`,
    fix: `${field.path}: <at most ${mostOf(claim, most, maxShare)}>, or a larger ${figure.path}`,
  };
}

/** As the runtime wants to be told. */
function mostOf({ unit }: RuntimeClaim, most: number, maxShare: number): string {
  if (unit === "percent") return `${maxShare} percent`;
  return unit === "cores" ? String(most) : `${Math.floor(most / 2 ** 20)} MiB`;
}
