import type { Duration } from "../core/duration.ts";
import { isDuration, milliseconds } from "../core/duration.ts";
import type { Problem } from "../core/invalid.ts";
import { isOptOut, type OptOut, optOut, optOutAnnotations } from "../core/opt-out.ts";

/** How sensitive data is, from what all may know to what the law protects. `personal` is about people. */
export const DATA_CLASSES = ["public", "internal", "confidential", "restricted", "personal"] as const;
export type DataClass = (typeof DATA_CLASSES)[number];
/** What a store's data is of that says nothing. */
export const DEFAULT_CLASS = "confidential" satisfies DataClass;
/** What is about people is as closely kept as what is restricted, and has an end besides. */
const RANKS: Readonly<Record<DataClass, number>> = {
  public: 0,
  internal: 1,
  confidential: 2,
  restricted: 3,
  personal: 3,
};

/** A hundred years: more does not fit into what counts it, such as an interval of PostgreSQL. */
const MOST_SPAN: Duration = "36500d";

/** What a store promises for a disaster, in which nothing but its backups is left. */
export interface RecoveryObjectives {
  /** How long it may take until it serves again. */
  readonly rto: Duration;
  /** How much of the newest data may be lost. */
  readonly rpo: Duration;
}

/** What a store says of its data, so that people and policies can read it. */
export interface DeclaredArgs {
  /**
   * How sensitive its data is; `confidential` by default. It stands as a label on the store, its volumes and its backups.
   * `personal` asks for `retention`.
   */
  readonly dataClass?: DataClass;
  /** What its backups must be good for. Without them nothing is promised. */
  readonly objectives?: RecoveryObjectives;
  /** How long personal data is kept at most. */
  readonly retention?: Duration;
}

/** What is wrong with what a store says of its data. */
export function declaredProblems({ dataClass = DEFAULT_CLASS, objectives, retention }: DeclaredArgs): Problem[] {
  const problems: Problem[] = [];
  if (!DATA_CLASSES.includes(dataClass))
    problems.push({ field: "dataClass", given: dataClass, allowed: DATA_CLASSES.join(", ") });
  if (dataClass === "personal" && retention === undefined)
    problems.push({
      field: "retention",
      given: retention,
      allowed: 'how long personal data is kept at most, such as "365d"',
    });
  const spans = { retention, "objectives.rto": objectives?.rto, "objectives.rpo": objectives?.rpo };
  for (const [field, given] of Object.entries(spans)) {
    const isLeftOut = given === undefined && (field === "retention" || objectives === undefined);
    if (
      !isLeftOut &&
      !(isDuration(given as string) && milliseconds(given as Duration) > 0 && isBounded(given as Duration))
    )
      problems.push({
        field,
        given,
        allowed: `a duration longer than nothing and of at most "${MOST_SPAN}", such as "15m"`,
      });
  }
  return problems;
}

function isBounded(given: Duration): boolean {
  return milliseconds(given) <= milliseconds(MOST_SPAN);
}

/** Whether what is of one class must not go where another is kept. */
export function isAbove(one: DataClass, other: DataClass): boolean {
  return RANKS[one] > RANKS[other];
}

/** A problem if data of a store goes to a bucket that is kept less closely, or without an end. `what` it is, as a part of a sentence. */
export function placeProblems(
  field: string,
  what: string,
  { dataClass = DEFAULT_CLASS }: DeclaredArgs,
  bucket: { readonly bucketName: string; readonly dataClass: DataClass; readonly deletedFor?: string | undefined },
): Problem[] {
  if (typeof bucket?.bucketName !== "string" || !DATA_CLASSES.includes(bucket.dataClass))
    return [{ field, given: "no bucket", allowed: 'a bucket of an ObjectStore: objects.bucket("<name>")' }];
  const problems: Problem[] = [];
  if (isAbove(dataClass, bucket.dataClass))
    problems.push({
      field,
      given: `${bucket.bucketName}, of the class ${bucket.dataClass}`,
      allowed: `a bucket of a store with dataClass "${dataClass}" or higher: ${what} are of the class of the data`,
    });
  if (bucket.deletedFor === "ever")
    problems.push({
      field,
      given: `${bucket.bucketName}, which is versioned`,
      allowed: `a bucket without versioned: ${what} are deleted when their time is over, and here each would stay for ever as an older version`,
    });
  return problems;
}

/** The label of what holds a store's data: the store, its volumes, its backups. */
export function dataLabels({ dataClass = DEFAULT_CLASS }: DeclaredArgs): Record<string, string> {
  return { "plumbline.dev/data-class": dataClass };
}

/** The annotations of a store: what it promises, and what it steps down from. */
export function declaredAnnotations(
  { objectives, retention }: DeclaredArgs,
  choices: Readonly<Record<string, unknown>> = {},
): Record<string, string> {
  return {
    ...(objectives && { "plumbline.dev/rto": objectives.rto, "plumbline.dev/rpo": objectives.rpo }),
    ...(retention && { "plumbline.dev/retention": retention }),
    ...optOutAnnotations(choices),
  };
}

/** What a store of personal data adds whose data ends by itself: nobody needs to look for what deletes it. */
export function endsByItself({ dataClass }: DeclaredArgs, reason: string): Record<string, string> {
  return dataClass === "personal" ? optOutAnnotations({ retention: optOut(reason) }) : {};
}

/** A problem if a store that is not backed up promises what only a backup can keep. */
export function unkeptProblems(backup: OptOut | undefined, objectives: RecoveryObjectives | undefined): Problem[] {
  if (!isOptOut(backup) || objectives === undefined) return [];
  const allowed = "none: backup is stepped down from, and after a disaster nothing comes back";
  return [{ field: "objectives", given: objectives, allowed }];
}
