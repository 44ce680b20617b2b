import type { Level } from "../config/settings.ts";
import type { Exemption } from "../core/exemption.ts";
import type { Rule } from "../core/rule.ts";

/** What one rule says of one place in one object. The names are those of the JSON output: they do not change. */
export interface ReportLine {
  readonly rule: string;
  readonly verdict: "pass" | "fail" | "unknown";
  readonly object: { readonly type: string; readonly namespace?: string; readonly name: string };
  /** Where the object was read, as it was named to the check; absent for what Pulumi declares. */
  readonly file?: string;
  /** From 1: the line of `path`, or of the nearest thing above it that is written down. */
  readonly line?: number;
  /** Where in the object; "" is the object itself. */
  readonly path: string;
  /** Whether what is not known is a secret of Pulumi: it stays so. */
  readonly secret?: boolean;
  /** What stands there; never a value that may be secret. "" where the verdict is `pass`. */
  readonly actual: string;
  readonly wanted: string;
  /** Labels of other objects that have a part in it. */
  readonly related: readonly string[];
  readonly fix: string;
  /** Why the object steps down from the rule for good; the verdict is then `pass`. */
  readonly optOut?: string;
  /** What lets the violation stand for now, or what is not known yet; the verdict stays what it is. */
  readonly exemption?: Exemption;
}

/** An exemption, and what became of it in this run. */
export interface ReportedExemption {
  readonly exemption: Exemption;
  readonly state: "used" | "unused" | "expired";
}

/** Everything that a run of the rules has to say: every format is made from this. */
export interface Report {
  /** When it was judged. */
  readonly date: Date;
  /** What was judged, for a heading: the names of files, or of an environment. */
  readonly subject: string;
  readonly objects: number;
  /** The rules that were asked, with the level of each. */
  readonly rules: readonly { readonly rule: Rule; readonly level: Level }[];
  readonly lines: readonly ReportLine[];
  readonly exemptions: readonly ReportedExemption[];
  /** What it means that a mandatory rule cannot be judged. Default: `fail`, so that it is not said to hold. */
  readonly unknown?: "fail" | "warn";
}
