import type { Exemption } from "./core/exemption.ts";

/**
 * Who may break which rule, until when, and why. For one object and a short time; what is meant to stay as it is steps
 * down by an annotation on the object instead (`plumbline.dev/opt-out.<what>`).
 */
export const EXEMPTIONS: readonly Exemption[] = [];
