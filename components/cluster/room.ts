import type { Problem } from "../core/invalid.ts";
import { amount, bytes, cores, type Quantity } from "../core/quantity.ts";
import type { Resources } from "../core/resources.ts";
import { CPU_OVERCOMMIT, type Quota } from "./namespace-plan.ts";

/** Pods that are alike, and what each of them takes of its namespace's quota. */
export interface Need {
  readonly what: string;
  readonly pods: number;
  readonly resources: Resources;
  /** Of its own; none by default. */
  readonly disk?: Quantity;
}

/** A quota as it is read from a file. */
type Room = Omit<Quota, "storage"> & { readonly storage?: Quantity | undefined };

/**
 * What of a quota is too little for what must fit into it: the API server would refuse pods and claims, and whoever made them would never
 * hear of it. Containers that an operator adds, and a pod more while an update rolls, are not in the sums.
 */
export function roomProblems(field: string, room: Room, needs: readonly Need[]): Problem[] {
  const least = (of: (need: Need) => number) => needs.reduce((total, need) => total + need.pods * of(need), 0);
  const wrong = (part: keyof Room, sum: string, of: (need: Need) => string | undefined): Problem => {
    const addends = needs.flatMap((need) => (of(need) === undefined ? [] : [`${need.pods} ${need.what}${of(need)}`]));
    return { field: `${field}.${part}`, given: room[part], allowed: `at least ${sum}: ${addends.join(", ")}` };
  };
  const cpu = Math.max(
    least(({ resources }) => amount(resources.requests.cpu)),
    least(({ resources }) => amount(resources.limits.cpu)) / CPU_OVERCOMMIT,
  );
  const memory = least(({ resources }) => amount(resources.limits.memory));
  const pods = least(() => 1);
  const storage = least(({ disk }) => amount(disk ?? "0"));
  const problems: Problem[] = [];
  if (amount(room.cpu) < cpu)
    problems.push(
      wrong(
        "cpu",
        `${cores(cpu)} for the requests and a quarter of the limits`,
        ({ resources: { requests, limits } }) => ` of ${requests.cpu} to ${limits.cpu}`,
      ),
    );
  if (amount(room.memory) < memory)
    problems.push(wrong("memory", bytesOf(memory), ({ resources }) => ` of ${resources.limits.memory}`));
  if (room.pods < pods) problems.push(wrong("pods", `${pods}`, () => ""));
  if (amount(room.storage ?? "0") < storage)
    problems.push(wrong("storage", bytesOf(storage), ({ disk }) => disk && ` of ${disk}`));
  return problems;
}

/** A sum beyond what a number holds is told as the largest that one does. */
function bytesOf(sum: number): Quantity {
  return bytes(Math.min(Math.ceil(sum), Number.MAX_SAFE_INTEGER));
}
