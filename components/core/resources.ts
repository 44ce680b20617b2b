import type { Problem } from "./invalid.ts";
import { amount, isQuantity, type Quantity } from "./quantity.ts";

/** Processor and memory of one container, in the words of Kubernetes. */
export interface Resources {
  /** What the scheduler sets aside. */
  readonly requests: { readonly cpu: Quantity; readonly memory: Quantity };
  /** What the container never gets more of. Memory above it ends the container. */
  readonly limits: { readonly cpu: Quantity; readonly memory: Quantity };
}

/** Every quantity that is none, or a request above its limit. */
export function resourceProblems(field: string, resources: Resources): Problem[] {
  const { requests, limits } = resources ?? {};
  if (!requests || !limits)
    return [{ field, given: resources, allowed: "requests and limits, each with a cpu and a memory" }];
  return (["cpu", "memory"] as const).flatMap((kind) => {
    const wrong = [
      [`${field}.requests.${kind}`, requests[kind]],
      [`${field}.limits.${kind}`, limits[kind]],
    ].filter((entry) => !isQuantity(entry[1] as string));
    if (wrong.length > 0)
      return wrong.map(([path, given]) => ({
        field: path as string,
        given,
        allowed: 'a quantity such as "250m" or "512Mi"',
      }));
    if (amount(requests[kind]) <= amount(limits[kind])) return [];
    return [
      { field: `${field}.requests.${kind}`, given: requests[kind], allowed: `at most the limit, ${limits[kind]}` },
    ];
  });
}
