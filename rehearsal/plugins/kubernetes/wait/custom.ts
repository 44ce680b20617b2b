import { conditionOf, type KubeObject, textAt } from "../object.ts";
import { conditionProblem, failed, isKnownStale, type NotReady, READY, type Rule, waiting } from "./readiness.ts";

/** Ready when the API server serves the new kind. */
export const customResourceDefinition: Rule = {
  judge(object) {
    if (conditionOf(object, "Established")?.status === "True") return READY;
    const problems = conditionProblem(object, "NamesAccepted", "False");
    return problems.length > 0
      ? failed("the names of the definition are taken", problems)
      : waiting("the definition has to be Established", conditionProblem(object, "NonStructuralSchema", "True"));
  },
};

/**
 * Any object, by the conditions that most controllers use: not ready while `Reconciling` or `InProgress`, failed when
 * `Stalled` or `Failed`, ready by its `Ready` condition, and ready where it has none of these.
 */
export const byConditions: Rule = {
  judge(object) {
    if (isKnownStale(object)) return waiting("its controller has to see the change");
    const given = givenUp(object);
    if (given !== undefined) return given;
    for (const type of ["Reconciling", "InProgress"])
      if (conditionOf(object, type)?.status === "True")
        return waiting(`the condition ${type} is True`, conditionProblem(object, type, "True"));
    return readyCondition(object);
  },
};

/** What the controller of an object says that will not get there by waiting. */
export function givenUp(object: KubeObject): NotReady | undefined {
  for (const type of ["Stalled", "Failed"]) {
    const problems = conditionProblem(object, type, "True");
    if (problems.length > 0) return failed(`the condition ${type} is True`, problems);
  }
  return undefined;
}

function readyCondition(object: KubeObject) {
  const ready = conditionOf(object, "Ready");
  if (ready === undefined || ready.status === "True") return READY;
  const why = textAt(ready, "message") ?? textAt(ready, "reason");
  return waiting("the condition Ready has to be True", why ? [why] : []);
}
