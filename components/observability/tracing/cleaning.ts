import { maskedFields, maskedText, quoted, withoutFields } from "../collector/personal.ts";
import { PERSONAL } from "../logging/args.ts";

/** Attributes that hold what people gave, whatever they are called by. */
const GIVEN =
  "^(url[.]query|http[.](request|response)[.]header[.].*|enduser[.].*|user[.](name|full_name|hash)|exception[.](message|stacktrace)|db[.](query|operation)[.]parameter[.].*|db[.](user|connection_string)|messaging[.]kafka[.]message[.]key)$";
/** Statements to databases, of which the first word stays: literals are anywhere in the rest. */
const STATEMENTS = ["db.statement", "db.query.text"];
const FIRST_WORD = String.raw`(?s)^\s*(\w*).*$`;
/** Where a call went to is a name of the cluster or of a partner, and no person's. */
const OURS = "server.address";

/**
 * Takes out of spans and their events what the same names take out of logs, what people gave, what follows `?` in addresses, and e-mail
 * addresses. The message of an error goes too, for it quotes what was given: the log of the same trace has it, masked. What cannot be done
 * to a span is not told of: that would tell what it holds.
 */
export const CLEANING = {
  error_mode: "silent",
  trace_statements: [
    {
      context: "span",
      statements: [
        `set(span.cache["ours"], span.attributes["${OURS}"]) where span.attributes["${OURS}"] != nil`,
        ...cleaned("span.attributes"),
        `set(span.attributes["${OURS}"], span.cache["ours"]) where span.cache["ours"] != nil`,
        ...STATEMENTS.map((key) => {
          const path = `span.attributes["${key}"]`;
          return `replace_pattern(${path}, ${quoted(FIRST_WORD)}, "$$1") where IsString(${path})`;
        }),
        ...maskedText("span.name"),
        `set(span.status.message, "") where span.status.message != ""`,
      ],
    },
    { context: "spanevent", statements: [...cleaned("spanevent.attributes"), ...maskedText("spanevent.name")] },
  ],
};

function cleaned(path: string): string[] {
  return [`delete_matching_keys(${path}, ${quoted(GIVEN)})`, ...withoutFields(path, PERSONAL), ...maskedFields(path)];
}
