import { readFileSync } from "node:fs";
import type { Change, Violation } from "./engine/progress.ts";
import type { Policies } from "./engine/run.ts";
import type { ExportedState } from "./engine/state.ts";

/** The rule that the packs of an engine cannot ask: they are told what is to be, not what becomes of what is. */
const RULE = "stateful-replacement-waived";
const PACK = "plumbline";

type Loss = "replace" | "delete";

/** What a plan does away with, by URN. Of a replacement the engine tells that one is made, and that one goes. */
export function lossesIn(changes: readonly Pick<Change, "urn" | "operation">[]): ReadonlyMap<string, Loss> {
  const losses = new Map<string, Loss>();
  for (const { urn, operation } of changes) {
    if (["create-replacement", "import-replacement", "delete-replaced"].includes(operation)) losses.set(urn, "replace");
    else if (operation === "delete" && !losses.has(urn)) losses.set(urn, "delete");
  }
  return losses;
}

/**
 * What a plan would replace or delete though it holds data, and no exemption lets it. `state` is asked for what stands, if there is
 * anything to judge.
 */
export async function lossViolations(
  changes: readonly Change[],
  policies: Policies,
  state: () => Promise<ExportedState>,
): Promise<readonly Violation[]> {
  const losses = lossesIn(changes);
  if (losses.size === 0) return [];
  const { EXEMPTIONS, evaluate, levelOf, RULES, violationText } = await import("../policies/index.ts");
  const { readPulumiState } = await import("../policies/sources/pulumi-state.ts");
  const rules = RULES.filter(({ id }) => id === RULE);
  const resources = readPulumiState(await state(), "the state").resources.flatMap((resource) => {
    const operation = losses.get(resource.urn ?? "");
    return operation === undefined ? [] : [{ ...resource, operation }];
  });
  return evaluate(resources, { rules, exemptions: EXEMPTIONS }).flatMap(({ rule, object, violations, exemption }) => {
    const level = levelIn(policies, levelOf(rule));
    if (exemption !== undefined || level === "disabled") return [];
    const told = changes.filter(({ urn }) => urn === object.resource.urn);
    // Not what takes its place, which may be called otherwise.
    const resource = told.find((change) => change.operation.startsWith("delete")) ?? told[0];
    return violations.map((violation) => ({
      rule: rule.id,
      pack: PACK,
      level: level === "advisory" ? "advisory" : "mandatory",
      ...(resource && { resource: { label: resource.label, kind: resource.kind } }),
      message: violationText(rule, object, violation),
    }));
  });
}

/** The environment's own level of the rule, which was found to be sound when the run began. */
function levelIn({ config }: Policies, otherwise: string): string {
  if (config === undefined) return otherwise;
  const settings = JSON.parse(readFileSync(config, "utf8")) as Readonly<Record<string, { enforcementLevel?: string }>>;
  return settings[RULE]?.enforcementLevel ?? otherwise;
}
