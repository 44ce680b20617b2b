import { podLabelText } from "../../core/label-text.ts";
import { podOf } from "../../core/pods.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import { anyOf, readable } from "../../core/sound.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, someKnown } from "../../core/unknown.ts";
import { isReplicated, replicasOf } from "../../core/workload.ts";
import { budgetsFor, covers, portionOf } from "./budget.ts";
import { countedPods } from "./counted-pods.ts";
import { placementsOf, usableZones, ZONE } from "./zone-placement.ts";

/** More than one is a mistake already, which pdb-allows-eviction tells: so many of them are looked at. */
const MOST_BUDGETS = 10;

/** So many replicas have to be left, for the sake of what. */
interface Need {
  readonly left: number;
  readonly because: string;
  readonly related: readonly string[];
}

export const zoneLossSurvived = defineRule({
  id: "zone-loss-survived",
  section: "resilience",
  title: "When a zone is lost, enough replicas are left in the others",
  severity: "high",
  why: "zones fail as a whole: replicas that the scheduler was free to put into one zone are gone together",
  fix: `topologySpreadConstraints:
  - { maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, labelSelector: { matchLabels: <pod labels> } }`,
  frameworks: [],
  scope: "stack",
  optOut: "spread",
  exemptable: true,
  params: {
    zones: {
      type: "integer",
      minimum: 1,
      default: 3,
      description: "How many zones the cluster has. With a single one there is nothing to survive.",
    },
    minShare: {
      type: "integer",
      minimum: 1,
      default: 50,
      description: "How many percent of the replicas that run at the fewest must be left.",
    },
    preferredCounts: {
      type: "boolean",
      default: false,
      description: "Count spreads that the scheduler only prefers (ScheduleAnyway, preferred anti-affinity), too.",
    },
  },
  subjects: isReplicated,
  *check(workload, { zones, minShare, preferredCounts }, stack) {
    if (zones === 1) return;
    const { min, max } = replicasOf(workload, stack);
    if (max <= 1) return;
    const replicas = Math.max(1, min);
    const ways = placementsOf(workload, replicas, zones, preferredCounts);
    const budgets = budgetsFor(workload, stack)
      .slice(0, MOST_BUDGETS)
      .map((budget) => () => kept(budget, workload, replicas, stack));
    yield* eachKnown([() => share(replicas, minShare), ...budgets], function* (needOf) {
      const need = needOf();
      if (!need || someKnown(ways, (fullest) => replicas - fullest() >= need.left)) return;
      yield lost(workload, replicas, Math.min(replicas, ...ways.map((fullest) => fullest())), need, zones);
    });
  },
});

function lost(workload: StackObject, replicas: number, fullest: number, need: Need, zones: number): Violation {
  const { path } = podOf(workload).spec.at("topologySpreadConstraints");
  const constraint = `{ maxSkew: 1, topologyKey: ${ZONE}, whenUnsatisfiable: DoNotSchedule, labelSelector: { matchLabels: ${podLabelText(workload)} } }`;
  return {
    path,
    given: `${replicas - fullest} of ${replicas} replicas, which are left when the fullest zone is lost`,
    wanted: `at least ${need.left} left: ${need.because}`,
    fix: `${path}: [${constraint}]${besides(workload, replicas, fullest, zones)}`,
    related: need.related,
  };
}

/** What a spread over zones does not bring about by itself. */
function besides(workload: StackObject, replicas: number, fullest: number, zones: number): string {
  if (readable(() => usableZones(workload, zones)) === 1) return ", and no nodeSelector or nodeAffinity for one zone";
  return fullest === replicas && replicas > 1 ? "" : ", and more replicas at the fewest";
}

function share(replicas: number, percent: number): Need {
  return { left: Math.ceil((replicas * percent) / 100), because: `${percent} % of ${replicas}`, related: [] };
}

/**
 * What a budget says must be available. One that only says how many may go at once says nothing of a lost zone; what one
 * keeps of several workloads together is not this one's to keep.
 */
function kept(budget: StackObject, workload: StackObject, replicas: number, stack: Stack): Need | undefined {
  const field = budget.root.at("spec", "minAvailable");
  if (!anyOf([budget], () => covers(budget, workload) && portionOf(field, replicas) !== undefined)) return undefined;
  const { pods, unknown } = countedPods(budget, stack);
  if (pods > replicas) return undefined;
  if (unknown) throw unknown;
  return { left: portionOf(field, replicas) ?? 0, because: `what ${budget.label} keeps`, related: [budget.label] };
}
