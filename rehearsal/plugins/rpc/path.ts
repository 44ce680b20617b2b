/** One step into a property: the name of a field, or a place in a list. */
export type PathStep = string | number;

const PLAIN = /^[A-Za-z_$][\w$]*$/;

/**
 * Writes a path as the engine reads it in a detailed diff: `spec.containers[0].image`,
 * `metadata.labels["app.kubernetes.io/name"]`.
 */
export function formatPath(steps: readonly PathStep[]): string {
  let text = "";
  for (const step of steps) {
    if (typeof step === "number") text += `[${step}]`;
    else if (PLAIN.test(step)) text += text === "" ? step : `.${step}`;
    else text += `["${step.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"]`;
  }
  return text;
}
