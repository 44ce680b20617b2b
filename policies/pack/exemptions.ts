import type { StackValidationPolicy } from "@pulumi/policy";
import { covering, type Exemption, exemptionProblems, exemptionText } from "../core/exemption.ts";
import type { Rule } from "../core/rule.ts";
import type { StackObject } from "../core/stack-object.ts";
import { reportedExemptions } from "../report/exemptions.ts";
import type { ReportedExemption } from "../report/report.ts";

/** The exemptions of one run: which hold, and which of them were needed. */
export class Exemptions {
  readonly #all: readonly Exemption[];
  /** Rules that no pack can ask: whether an exemption from one is needed is not known here. */
  readonly #unasked: ReadonlySet<string>;
  readonly #used = new Set<Exemption>();
  readonly #today: Date;

  /** Throws a TypeError that lists what is wrong, if anything is: nothing is judged then. */
  constructor(all: readonly Exemption[], rules: readonly Rule[], today = new Date()) {
    const problems = exemptionProblems(all, rules, today);
    if (problems.length > 0) throw new TypeError(`wrong exemptions:\n${problems.join("\n")}`);
    this.#all = all;
    this.#unasked = new Set(rules.filter(({ needs }) => needs !== undefined).map(({ id }) => id));
    this.#today = today;
  }

  /** Whether an object may break a rule today. */
  allow(rule: Rule, object: StackObject): boolean {
    const freeing = covering(this.#all, rule, object, this.#today);
    for (const one of freeing) this.#used.add(one);
    return freeing.length > 0;
  }

  /** Policies over the exemptions themselves. They come last in a pack: by then it is known which were needed. */
  policies(): StackValidationPolicy[] {
    return [
      {
        name: "exemption-expired",
        description: "An exemption ends on its day",
        enforcementLevel: "mandatory",
        severity: "high",
        validateStack: (_args, report) => {
          for (const one of this.#thatAre("expired"))
            report(`${exemptionText(one)} ended on ${one.expires}\nfix:  correct the object, and remove the exemption`);
        },
      },
      {
        name: "exemption-unused",
        description: "An exemption that frees nothing is removed",
        enforcementLevel: "advisory",
        severity: "low",
        validateStack: (_args, report) => {
          for (const one of this.#thatAre("unused").filter(({ rule }) => !this.#unasked.has(rule)))
            report(`${exemptionText(one)} was not needed in this run\nfix:  remove it`);
        },
      },
    ];
  }

  #thatAre(state: ReportedExemption["state"]): Exemption[] {
    return reportedExemptions(this.#all, this.#used, this.#today)
      .filter((one) => one.state === state)
      .map(({ exemption }) => exemption);
  }
}
