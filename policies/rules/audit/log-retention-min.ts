import { numeral } from "../../core/aws.ts";
import { type AwsTable, broken, isIn, setting } from "../../core/aws-settings.ts";
import { defineRule } from "../../core/rule.ts";

/**
 * Where AWS says for how many days it keeps logs. A log group of which nothing is said keeps all for ever, at a price that
 * nobody has decided on; 0 says the same on purpose. A store of events keeps them for seven years.
 */
export function retentionTable(days: number): AwsTable {
  const wanted = `${days} or more, or 0 to keep all for ever`;
  const enough = (kept: number) => kept === 0 || kept >= days;
  return {
    "aws:cloudtrail/eventDataStore:EventDataStore": [
      setting("retentionPeriod", (field) => (numeral(field) ?? 0) >= days, `at least ${days}`, { unset: true }),
    ],
    "aws:cloudwatch/logGroup:LogGroup": [
      setting("retentionInDays", (field) => enough(numeral(field) ?? Number.NaN), wanted),
    ],
  };
}

/** Any days will do to tell which types are judged. */
const TYPES = retentionTable(1);

export const logRetentionMin = defineRule({
  id: "log-retention-min",
  section: "compliance",
  title: "Log groups in AWS say how long they keep what they hold, and that is long enough",
  severity: "medium",
  why: "a break-in is noticed after months, and the logs that would tell of it are gone by then; or they pile up for ever",
  fix: "retentionInDays: 365 on the log group",
  frameworks: ["PCI-DSS-4.0:10.5.1"],
  scope: "resource",
  optOut: "logRetention",
  exemptable: true,
  params: {
    minDays: {
      type: "integer",
      minimum: 1,
      default: 365,
      description: "Days for which logs are kept: a year, as the card issuers demand.",
    },
  },
  subjects: (object) => isIn(TYPES, object),
  check: (object, { minDays }) => broken(retentionTable(minDays), object),
});
