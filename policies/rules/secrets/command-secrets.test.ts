import { expect, test } from "vitest";
import { shellNamed, shellWords } from "./command-secrets.ts";

/** What the words of a line are given, without those that have no name. */
function named(line: string): string[] {
  return [...shellNamed(line)].filter(({ name }) => name !== "").map(({ name, text }) => `${name}: ${text}`);
}

test.each([
  ["--password hunter2", ["password: hunter2"]],
  ["--password=hunter2", ["password: hunter2"]],
  ["--password --verbose", []],
  ["A=b serve", ["A: b"]],
  ["export A='b c'; exec app", ["A: b c"]],
  ["/usr/bin/mysqldump -uroot -phunter2 db", ["password: hunter2"]],
  ["mysqldump -p db", []],
  ["mkdir -p /srv -phunter2", []],
  ["mysql -e x; mkdir -phunter2", []],
  ["redis-cli -a hunter2", ["password: hunter2"]],
  ["curl -u admin:hunter2 x", ["password: hunter2"]],
  ["curl -uadmin:hunter2 x", ["password: hunter2"]],
  ["curl --user=admin:hunter2 x", ["password: hunter2"]],
  ["curl -u admin x", []],
  ["redis-cli --user health --pass health ping", []],
  ["redis-cli --user admin --pass admin ping", ["user: admin", "pass: admin"]],
  ["A=$(curl -u admin:hunter2 x)", ["password: hunter2"]],
  ["TOKEN=$1; PASSWORD=`cat x`", []],
  ["docker login -u robot -p hunter2", ["password: hunter2"]],
  ["docker run -p 80:80 x", []],
  ["sshpass -phunter2 ssh x", ["password: hunter2"]],
])("%s", (line, found) => expect(named(line)).toEqual(found));

test.each([
  ["a 'b c' \"d e\"f", ["a", "b c", "d ef"]],
  ["a && b|c\nd", ["a", "\n", "\n", "b", "\n", "c", "\n", "d"]],
  ["A=$(cat $(x) y) b", ["A=$(cat $(x) y)", "b"]],
  ["a\\ b", ["a b"]],
  ["'open", ["open"]],
  ["a # don't\nb#c", ["a", "\n", "b#c"]],
  ["", []],
])("the words of %j", (line, words) => expect([...shellWords(line)]).toEqual(words));

test("a long line is read to its end", () => {
  for (const line of [
    "$(".repeat(50_000),
    "'".repeat(100_001),
    "a ".repeat(50_000),
    "-".repeat(100_000),
    "\\".repeat(100_001),
  ])
    expect(() => named(line)).not.toThrow();
});
