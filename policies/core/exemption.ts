import { MIN_REASON } from "./opt-out.ts";
import type { Rule } from "./rule.ts";
import type { StackObject } from "./stack-object.ts";

/** Lets an object break a rule for a time. It is granted by a person, to be read by an auditor. */
export interface Exemption {
  /** The rule's id. */
  readonly rule: string;
  /**
   * The object's URN, or its label such as `Deployment shop/orders`; `*` stands for any characters. Kind alone is too
   * wide: of namespace and name one stands whole, or three characters of it.
   */
  readonly resource: string;
  /** Who answers for it. */
  readonly owner: string;
  /** Why it is right for now: at least ten characters. */
  readonly reason: string;
  /** Where the work that ends it is tracked. */
  readonly ticket?: string;
  /** The last day on which it holds (UTC), as `2026-12-31`. */
  readonly expires: string;
}

/** What is wrong with a list of exemptions, one sentence each: a wrong one must not load. */
export function exemptionProblems(exemptions: readonly Exemption[], rules: readonly Rule[]): string[] {
  return exemptions.flatMap((exemption, index) => {
    const rule = rules.find(({ id }) => id === exemption.rule);
    const known = rules.map(({ id }) => id).join(", ");
    const wrong: [boolean, string][] = [
      [rule === undefined, `rule: ${JSON.stringify(exemption.rule)} is not a rule; allowed: ${known}`],
      [rule?.exemptable === false, `rule: ${exemption.rule} cannot be exempted; correct the object instead`],
      [!exemption.resource?.trim(), "resource: nothing is named; allowed: a URN or a label, with * for any characters"],
      [
        Boolean(exemption.resource?.trim()) && !isNarrow(exemption.resource.trim()),
        `resource: ${JSON.stringify(exemption.resource)} would free a whole kind or the whole stack; allowed: a URN or a label with a namespace, a name, or three characters of one, such as "Deployment shop/*"`,
      ],
      [!exemption.owner?.trim(), "owner: nobody is named; allowed: a person or a team"],
      [
        (exemption.reason?.trim().length ?? 0) < MIN_REASON,
        `reason: ${JSON.stringify(exemption.reason)} says too little; allowed: at least ${MIN_REASON} characters`,
      ],
      [
        !isDay(exemption.expires),
        `expires: ${JSON.stringify(exemption.expires)} is not a day; allowed: YYYY-MM-DD, e.g. "2026-12-31"`,
      ],
    ];
    return wrong.filter(([is]) => is).map(([, problem]) => `exemptions[${index}].${problem}`);
  });
}

/** Whether an exemption speaks of an object, expired or not. */
export function covers(exemption: Exemption, rule: Rule, object: StackObject): boolean {
  if (exemption.rule !== rule.id) return false;
  const glob = new RegExp(`^${exemption.resource.split("*").map(escaped).join(".*")}$`, "s");
  return glob.test((isUrn(exemption.resource) ? object.resource.urn : object.label) ?? "");
}

/** The parts of a URN that all share (stack and project) must not be taken for an object's name: `*production*`. */
function isUrn(resource: string): boolean {
  return resource.startsWith("urn:");
}

/** Whether something is said of the object besides its kind and what every URN of the stack begins with. */
function isNarrow(resource: string): boolean {
  const ending = isUrn(resource) ? /(?:::.*){2}::(.+)$|::([^*]+)$/s.exec(resource) : /^\S+\s+(.+)$/s.exec(resource);
  const parts = (ending?.[1] ?? ending?.[2] ?? "").split("/");
  return parts.some((part) => part !== "" && (!part.includes("*") || /[^*\s]{3}/.test(part)));
}

export function expired(exemption: Exemption, today: Date): boolean {
  return today.toISOString().slice(0, 10) > exemption.expires;
}

/** `RegExp.escape` is not in every Node that runs this. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

function isDay(text: unknown): boolean {
  if (typeof text !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
