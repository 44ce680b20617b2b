import { DAY, spanOf } from "./span.ts";

/**
 * How a schedule is written. `cron`: five fields, as Kubernetes and Velero have it. `seconds`: six, the first one seconds
 * (CloudNativePG). `aws`: `cron(…)` with a year at the end, or `rate(…)`.
 */
export type Dialect = "cron" | "seconds" | "aws";

/** A day as the fields of a schedule see it. */
interface Day {
  readonly day: number;
  readonly month: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** Days in its month. */
  readonly last: number;
  /** Weekday of its month's first day. */
  readonly first: number;
}

const MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");
const WEEKDAYS = "SUN MON TUE WED THU FRI SAT".split(" ");
const MACROS: Readonly<Record<string, string>> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
};
const RATES: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: DAY };

/** Days that are looked at: eight years from 1 January 2024, so that a 29 February has come twice. */
const FROM = Date.UTC(2024, 0, 1);
const DAYS = 2922;

/**
 * The longest time, in milliseconds, that passes between two runs of a schedule: what is lost at most if each run saves
 * everything. Infinity if it ends or never runs; undefined if it cannot be read. Changes to and from summer time, an
 * hour twice a year, are left out.
 */
export function worstGap(schedule: string, dialect: Dialect): number | undefined {
  const key = `${dialect} ${schedule}`;
  if (!KNOWN.has(key)) KNOWN.set(key, gapBetween(schedule, dialect));
  return KNOWN.get(key);
}

/** Few schedules are written, and many objects share them. */
const KNOWN = new Map<string, number | undefined>();

function gapBetween(schedule: string, dialect: Dialect): number | undefined {
  const text = schedule.trim().replace(/^(?:CRON_)?TZ=\S+\s+/, "");
  if (dialect === "aws") return awsGap(text);
  const every = /^@every\s+(\S+)$/.exec(text)?.[1];
  if (every !== undefined) return spanOf(every) || undefined;
  const macro = MACROS[text];
  const fields = (macro ?? text).split(/\s+/);
  if (dialect === "seconds" && !macro) return fields.length === 6 ? gapOf(fields, 0) : undefined;
  return fields.length === 5 ? gapOf(["0", ...fields], 0) : undefined;
}

function awsGap(text: string): number | undefined {
  const [, amount, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(text) ?? [];
  if (unit !== undefined) return Number(amount) * (RATES[unit] ?? 0) || undefined;
  if (/^at\(.+\)$/.test(text)) return Number.POSITIVE_INFINITY;
  const fields = /^cron\((.+)\)$/.exec(text)?.[1]?.trim().split(/\s+/) ?? [];
  if (fields.length !== 6) return undefined;
  const gap = gapOf(["0", ...fields.slice(0, 5)], 1);
  return gap !== undefined && fields[5] !== "*" ? Number.POSITIVE_INFINITY : gap;
}

function gapOf(fields: readonly string[], sunday: number): number | undefined {
  const [second = "", minute = "", hour = "", date = "", month = "", weekday = ""] = fields;
  const times = timesOf(numbers(second, 0, 59), numbers(minute, 0, 59), numbers(hour, 0, 23));
  const months = numbers(month, 1, 12, MONTHS);
  const dates = datesOf(date);
  const weekdays = weekdaysOf(weekday, sunday);
  if (!times || !months || !dates || !weekdays) return undefined;
  const either = !isAny(date) && !isAny(weekday);
  const runs = daysFrom().flatMap((day, index) => {
    const hits = either ? dates(day) || weekdays(day) : dates(day) && weekdays(day);
    return hits && months.includes(day.month) ? [index] : [];
  });
  if (runs.length < 2) return Number.POSITIVE_INFINITY;
  const nights = widest(runs) * DAY + (times[0] ?? 0) - (times.at(-1) ?? 0);
  return Math.max(widest(times), nights);
}

/** The widest step of an ascending list. */
function widest(ascending: readonly number[]): number {
  return ascending.reduce((most, value, index) => Math.max(most, value - (ascending[index - 1] ?? value)), 0);
}

/** Times of the day in milliseconds, ascending. */
function timesOf(seconds?: number[], minutes?: number[], hours?: number[]): number[] | undefined {
  if (!seconds || !minutes || !hours) return undefined;
  return hours.flatMap((hour) =>
    minutes.flatMap((minute) => seconds.map((second) => ((hour * 60 + minute) * 60 + second) * 1_000)),
  );
}

function isAny(field: string): boolean {
  return field === "*" || field === "?";
}

/** The numbers that a field names, ascending; undefined if it is none. `names` stand for the numbers from `least` on. */
function numbers(field: string, least: number, most: number, names: readonly string[] = []): number[] | undefined {
  const found = new Set<number>();
  for (const part of field.split(",")) {
    const [, from = "", to, step] = /^(\*|\?|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
    const any = isAny(from);
    const start = any ? least : numberOf(from, least, names);
    const end = to !== undefined ? numberOf(to, least, names) : any || step !== undefined ? most : start;
    if (!(start >= least && end <= most && start <= end) || step === "0") return undefined;
    for (let number = start; number <= end; number += Number(step ?? 1)) found.add(number);
  }
  return [...found].sort((a, b) => a - b);
}

function numberOf(text: string, least: number, names: readonly string[]): number {
  const index = names.indexOf(text.toUpperCase());
  return index >= 0 ? index + least : /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** `L`, `L-3`, `15W` and `LW` are of AWS. */
function datesOf(field: string): ((day: Day) => boolean) | undefined {
  const [, before] = /^L(?:-(\d+))?$/.exec(field) ?? [];
  if (/^L(?:-\d+)?$/.test(field)) return ({ day, last }) => day === last - Number(before ?? 0);
  const [, near] = /^(\d+|L)W$/.exec(field) ?? [];
  if (near !== undefined) return (day) => day.day === nearestWorkday(near === "L" ? day.last : Number(near), day);
  const dates = numbers(field, 1, 31);
  return dates && (({ day }) => dates.includes(day));
}

/** `5L` (the last of the month) and `2#1` (the first) are of AWS. */
function weekdaysOf(field: string, sunday: number): ((day: Day) => boolean) | undefined {
  const [, last] = /^(\w+)L$/.exec(field) ?? [];
  const [, nth, place] = /^(\w+)#([1-5])$/.exec(field) ?? [];
  const single = numbers(last ?? nth ?? field, sunday, 7, WEEKDAYS);
  const weekdays = single?.map((number) => (number - sunday) % 7);
  if (!weekdays) return undefined;
  return ({ weekday, day, last: days }) =>
    weekdays.includes(weekday) &&
    (last === undefined || day > days - 7) &&
    (place === undefined || Math.ceil(day / 7) === Number(place));
}

/** The workday of the month next to a date: Friday before a Saturday, Monday after a Sunday. */
function nearestWorkday(date: number, { first, last }: Day): number {
  const weekday = (first + date - 1) % 7;
  if (weekday === 6) return date === 1 ? 3 : date - 1;
  if (weekday === 0) return date === last ? date - 2 : date + 1;
  return date;
}

let days: Day[] | undefined;

function daysFrom(): Day[] {
  days ??= Array.from({ length: DAYS }, (_, index) => {
    const date = new Date(FROM + index * DAY);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    return {
      day: date.getUTCDate(),
      month: month + 1,
      weekday: date.getUTCDay(),
      last: new Date(Date.UTC(year, month + 1, 0)).getUTCDate(),
      first: new Date(Date.UTC(year, month, 1)).getUTCDay(),
    };
  });
  return days;
}
