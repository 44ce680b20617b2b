import { MANAGED } from "../core/labels.ts";

/**
 * Who goes first when nodes run short, as after the loss of a zone: pods of a higher class are scheduled before those of a lower one,
 * and stay longer on a node that runs out of memory. All are above pods that say nothing (0), and far below the system's own (two
 * billion). None takes another's place: what carries everyone, such as an operator, may say nothing, and would be the first to go.
 */
const PRIORITIES = { store: 400_000, monitoring: 350_000, service: 300_000, worker: 200_000, task: 100_000 } as const;

export type Priority = keyof typeof PRIORITIES;

const FOR = {
  store: "Stores: everything else waits for them.",
  monitoring: "Monitoring: without it nobody is told that anything else fails.",
  service: "Services: someone waits for their answers.",
  worker: "Workers: what they take in can wait for a while.",
  task: "Tasks: they run again.",
} as const satisfies Record<Priority, string>;

/** Name of the class that a cluster has for a priority. */
export function priorityClass(priority: Priority): string {
  return `plumbline-${priority}`;
}

/** Every class, as the cluster is given it. */
export function priorityPlans() {
  return (Object.keys(PRIORITIES) as Priority[]).map((priority) => ({
    metadata: { name: priorityClass(priority), labels: MANAGED },
    value: PRIORITIES[priority],
    preemptionPolicy: "Never",
    description: FOR[priority],
  }));
}
