import { expect, test } from "vitest";
import { UNKNOWN } from "../../core/unknown.ts";
import { verdictOn } from "../../testing/fixtures.ts";
import { RULES } from "../index.ts";

const [rule] = RULES.filter(({ id }) => id === "audit-log-required");
const fixOf = (engine: unknown, type = "aws:rds/instance:Instance") =>
  rule && verdictOn(rule, [{ type, name: "orders", props: { engine } }]).violations[0]?.fix;

test("of a database's logs, those of its engine are named", () => {
  expect(fixOf("postgres")).toBe('enabledCloudwatchLogsExports: ["postgresql"]');
  expect(fixOf("aurora-postgresql", "aws:rds/cluster:Cluster")).toBe('enabledCloudwatchLogsExports: ["postgresql"]');
  expect(fixOf("mariadb")).toBe('enabledCloudwatchLogsExports: ["audit","error"]');
  expect(fixOf("sqlserver-se")).toBe('enabledCloudwatchLogsExports: ["agent","error"]');
});

test.each([["not known yet", UNKNOWN], ["not said"], ["a new one", "granite"]])(
  "where the engine is %s, those of all engines are named",
  (_, engine?: unknown) => {
    expect(fixOf(engine)).toMatch(
      /the logs of the engine: \["postgresql"\] of postgres, .*\["agent","error"\] of sqlserver/,
    );
  },
);
