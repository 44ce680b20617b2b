import { fits } from "./glob.ts";
import { nearest } from "./nearest.ts";
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
  /** Who answers for it, and does the work that ends it. */
  readonly owner: string;
  /** Why it is right for now: at least ten characters. */
  readonly reason: string;
  /** Where the work that ends it is tracked. */
  readonly ticket: string;
  /** Who granted it: somebody else than the owner. */
  readonly approver: string;
  /** The day on which it was granted (UTC), as `2026-10-01`. */
  readonly granted?: string;
  /** The last day on which it holds (UTC), as `2026-12-31`: a year at most after it was granted, or after today. */
  readonly expires: string;
}

/** Every field of an exemption, in the order in which people read it. */
export const EXEMPTION_FIELDS = [
  "rule",
  "resource",
  "owner",
  "reason",
  "ticket",
  "approver",
  "granted",
  "expires",
] as const satisfies readonly (keyof Exemption)[];

/** What is wrong with a list of exemptions, one sentence each: a wrong one must not load. `today` is now by default. */
export function exemptionProblems(
  exemptions: readonly Exemption[],
  rules: readonly Rule[],
  today = new Date(),
): string[] {
  return exemptions.flatMap((exemption, index) =>
    problemsOf(exemption, rules, today).map((problem) => `exemptions[${index}].${problem}`),
  );
}

/** What is wrong with one exemption, each sentence beginning with its field. */
export function problemsOf(exemption: Exemption, rules: readonly Rule[], today: Date): string[] {
  return [...ruleProblems(exemption, rules), ...grantProblems(exemption, today)];
}

/** What is wrong with one exemption but for its rule, which may be something else that is found. */
export function grantProblems(exemption: Exemption, today: Date): string[] {
  return [...resourceProblems(exemption), ...peopleProblems(exemption), ...dayProblems(exemption, dayOf(today))];
}

function ruleProblems({ rule: id }: Exemption, rules: readonly Rule[]): string[] {
  const rule = rules.find((one) => one.id === id);
  if (rule) return rule.exemptable ? [] : [`rule: ${id} cannot be exempted; correct the object instead`];
  return [`rule: ${JSON.stringify(id)} is not a rule; ${didYouMean(String(id), rules)}`];
}

/** What to write instead of a rule's id that does not exist: the nearest ones, not all. */
export function didYouMean(written: string, rules: readonly Rule[]): string {
  const near = nearest(
    written,
    rules.map(({ id }) => id),
  );
  return near.length > 0 ? `the nearest: ${near.join(", ")}` : "docs/rules lists those there are";
}

function resourceProblems({ resource }: Exemption): string[] {
  const given = said(resource);
  if (given === "") return ["resource: nothing is named; allowed: a URN or a label, with * for any characters"];
  if (isNarrow(given)) return [];
  return [
    `resource: ${JSON.stringify(resource)} would free a whole kind or the whole stack; allowed: a URN or a label with a namespace, a name, or three characters of one, such as "Deployment shop/*"`,
  ];
}

function peopleProblems({ owner, reason, ticket, approver }: Exemption): string[] {
  const self = said(owner) !== "" && said(owner).toLowerCase() === said(approver).toLowerCase();
  const tooShort = said(reason) === "" ? "none is given" : `${JSON.stringify(reason)} says too little`;
  const wrong: [boolean, string][] = [
    [said(owner) === "", "owner: nobody is named; allowed: a person or a team"],
    [said(reason).length < MIN_REASON, `reason: ${tooShort}; allowed: at least ${MIN_REASON} characters`],
    [said(ticket) === "", 'ticket: none is named; allowed: where the work that ends it is tracked, e.g. "SHOP-12"'],
    [said(approver) === "", "approver: nobody is named; allowed: whoever granted it, who is not its owner"],
    [self, `approver: ${JSON.stringify(approver)} is its owner too; allowed: somebody else, who has granted it`],
  ];
  return wrong.filter(([is]) => is).map(([, problem]) => problem);
}

function dayProblems({ granted, expires }: Exemption, today: string): string[] {
  const notADay = (field: string, given: unknown) =>
    `${field}: ${given === undefined ? "none is named" : `${JSON.stringify(given)} is not a day`}; allowed: YYYY-MM-DD, e.g. "2026-12-31"`;
  if (granted !== undefined && !isDay(granted)) return [notADay("granted", granted)];
  if (granted !== undefined && granted > today)
    return [
      `granted: ${granted} is still to come; allowed: the day on which it was granted, today (${today}) or before`,
    ];
  if (!isDay(expires)) return [notADay("expires", expires)];
  const from = granted ?? today;
  if (granted !== undefined && expires < granted)
    return [`expires: ${expires} is before ${granted}, the day on which it was granted; allowed: a later day`];
  const last = aYearAfter(from);
  if (expires <= last) return [];
  return [
    `expires: ${expires} is more than a year after ${granted === undefined ? "today" : "it was granted"} (${from}); allowed: ${last} or before. Grant it again then, or correct the object, or have the object opt out for good`,
  ];
}

/** Whether an exemption speaks of an object, expired or not. */
export function covers(exemption: Exemption, rule: Rule, object: StackObject): boolean {
  if (exemption.rule !== rule.id) return false;
  return fits(exemption.resource, (isUrn(exemption.resource) ? object.resource.urn : object.label) ?? "");
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

/**
 * The exemptions that free an object from a rule today, the one that ends last first: it is the one that lets things
 * stand. The others are needed as long as any of them is.
 */
export function covering(all: readonly Exemption[], rule: Rule, object: StackObject, today: Date): Exemption[] {
  return all
    .filter((one) => covers(one, rule, object) && !expired(one, today))
    .sort((a, b) => (a.expires < b.expires ? 1 : a.expires > b.expires ? -1 : 0));
}

export function expired(exemption: Exemption, today: Date): boolean {
  return dayOf(today) > exemption.expires;
}

/** One line about an exemption, for people. */
export function exemptionText({ rule, resource, owner, ticket }: Exemption): string {
  return `the exemption of ${owner} from ${rule} for ${resource} (${ticket})`;
}

/** What was written in a field, if a text was: what people write may be anything. */
function said(text: unknown): string {
  return typeof text === "string" ? text.trim() : "";
}

function isDay(text: unknown): text is string {
  if (typeof text !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && dayOf(day) === text;
}

/**
 * The same day of the next year, and 1 March for a leap day: the last day that may be. What shall stand for longer is no
 * debt but a decision; and once a year is how often PCI DSS has compensating controls looked at again (4.0, appendix B).
 */
function aYearAfter(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCFullYear(date.getUTCFullYear() + 1);
  return dayOf(date);
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
