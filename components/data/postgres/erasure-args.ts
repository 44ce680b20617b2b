import type { Duration } from "../../core/duration.ts";
import type { OptOut } from "../../core/opt-out.ts";
import type { Bucket } from "../object-store/bucket.ts";

/** A table whose rows are about people: how long they stay, and whom they are about. It says one of the two at least. */
export interface PersonalTable {
  /** Column with the moment from which on a row's time counts, such as `created_at`: a date or a timestamp, `NOT NULL` and indexed. */
  readonly by?: string;
  /** How long after that a row is kept; the store's `retention` by default, and no longer. */
  readonly keep?: Duration;
  /** Column that says whom a row is about, as a request for erasure does. Indexed: each request looks all of theirs up. */
  readonly subject?: string;
}

/** What is deleted of people's data, and when. What is not named here nothing deletes. */
export interface ErasureArgs<Name extends string = string> {
  /**
   * Tables by database, then by name: `orders`, or `billing.invoices` where it is not in the schema `public`. Rows go in this order: a
   * table that refers to another stands before it.
   */
  readonly tables: { readonly [Database in Name]?: Readonly<Record<string, PersonalTable>> };
  /** Within how long a request is carried out, backups included; `30d` by default (GDPR Art. 12: a month; CCPA: 45 days); `14d` to `90d`. */
  readonly within?: Duration;
  /**
   * Bucket in which requests outlive the server: after a restore they are carried out again. Another one than that of the backups, which
   * the eraser could otherwise delete. Needed where tables have a `subject` and the server has backups.
   */
  readonly log?: Bucket;
  /** Says why backups may be kept for longer than {@link ErasureArgs.within}: who was erased lives on in them until then. */
  readonly backups?: OptOut;
}

const DEFAULTS = { within: "30d" } as const;

export type CompleteErasure = ErasureArgs & Required<Pick<ErasureArgs, "within">>;

/** The arguments of erasure with every default filled in. */
export function completeErasure(args: ErasureArgs): CompleteErasure {
  return { ...DEFAULTS, ...args };
}

/** The databases with personal tables, and these, in the order of their declaration. */
export function personalTables({ tables }: ErasureArgs): { database: string; tables: [string, PersonalTable][] }[] {
  return Object.entries(tables).map(([database, all]) => ({ database, tables: Object.entries(all ?? {}) }));
}

/** Whether requests of people are carried out: in one database, or in any. */
export function takesRequests(args: ErasureArgs, database?: string): boolean {
  const all = personalTables(args).filter((one) => database === undefined || one.database === database);
  return all.some(({ tables }) => tables.some(([, { subject }]) => subject !== undefined));
}
