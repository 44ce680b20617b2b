import { z } from "zod";
import { SECTIONS, type Section } from "../core/rule.ts";

const text = z.string();
const texts = z.array(text);
const id = text.meta({ description: "A rule's id; it never changes its meaning." });
const section = z
  .enum(Object.keys(SECTIONS) as [Section, ...Section[]])
  .meta({ description: "The part of the production checklist." });
const severity = z.enum(["critical", "high", "medium", "low"]);
const level = z
  .enum(["disabled", "advisory", "mandatory", "remediate"])
  .meta({ description: "What a broken rule does to an up in this environment." });
const exemption = z.object({
  rule: id,
  resource: text.meta({ description: "A URN or a label; * stands for any characters." }),
  owner: text,
  reason: text,
  ticket: text,
  approver: text,
  granted: z.iso.date().nullable(),
  expires: z.iso.date().meta({ description: "The last day on which it holds (UTC)." }),
});
const number = z.int().min(0);

/** The one place that says what the JSON report looks like: its type and its JSON Schema are made from it. */
const REPORT = z.object({
  schemaVersion: z.literal(1).meta({ description: "Raised when a name or a meaning changes; fields may be added." }),
  date: z.iso.datetime().meta({ description: "When it was judged." }),
  subject: text.meta({ description: "What was judged." }),
  holds: z.boolean().meta({ description: "Whether the verdict is that it holds." }),
  verdict: z.enum(["holds", "broken", "unknown"]).meta({
    description:
      "broken: a rule that must hold is, or an exemption has ended. unknown: none is, but one of them could not be judged, and --unknown warn was not given.",
  }),
  objects: number,
  totals: z
    .object({
      broken: number,
      warning: number,
      unknown: number,
      exempt: number,
      optedOut: number,
      pass: number,
    })
    .meta({ description: "How many findings there are of each standing." }),
  rules: z
    .array(
      z.object({
        rule: id,
        section,
        title: text,
        severity,
        level,
        why: text,
        fix: text,
        frameworks: texts,
        optOut: text.nullable().meta({ description: "The annotation by which an object steps down from it." }),
        exemptable: z.boolean(),
      }),
    )
    .meta({ description: "The rules that were asked." }),
  findings: z
    .array(
      z.object({
        rule: id,
        verdict: z.enum(["pass", "fail", "unknown"]),
        object: z.object({ type: text, namespace: text.nullable(), name: text }),
        file: text.nullable(),
        line: z.int().min(1).nullable(),
        path: text.meta({ description: 'Where in the object; "" is the object itself.' }),
        actual: text.meta({ description: 'What stands there, never a secret; "" where the verdict is pass.' }),
        wanted: text,
        related: texts.meta({ description: "Labels of other objects that have a part in it." }),
        fix: text,
        section,
        severity,
        level,
        optOut: text.nullable().meta({ description: "Why the object steps down from the rule for good." }),
        exemption: exemption.nullable().meta({ description: "What lets it stand for now." }),
      }),
    )
    .meta({ description: "What each rule says of each place in each object." }),
  exemptions: z.array(z.object({ exemption, state: z.enum(["used", "unused", "expired"]) })),
});

/** The JSON report. */
export type JsonReport = z.infer<typeof REPORT>;

/** Its JSON Schema (draft 2020-12). */
export function jsonSchema(): object {
  return { title: "Plumbline report", ...z.toJSONSchema(REPORT) };
}
