import { unsaid } from "../core/address.ts";
import type { Problem } from "../core/invalid.ts";

/** Where it is written what to do about an alert: a section of a page of `docs/runbooks`, which is `runbooks` for the reader. */
export function runbookUrl(runbooks: string, page: string, alert: string): string {
  return `${runbooks}/${page}.md#${alert.toLowerCase()}`;
}

/** A problem unless the runbooks are at the address of a folder. */
export function runbooksProblems(runbooks: string | undefined): Problem[] {
  if (runbooks === undefined || (/^https?:\/\/[^\s/@?#]+(\/[^\s/?#]+)*$/.test(runbooks) && URL.canParse(runbooks)))
    return [];
  const allowed =
    'the address of a folder, without a slash at its end, such as "https://git.example.com/docs/runbooks"';
  return [{ field: "runbooks", given: unsaid(runbooks), allowed }];
}
