import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { Ledger } from "./ledger.ts";

/** The value of an output, when it is known. */
function known<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}

test("entries are known when the program has run, whoever asked first", async () => {
  const ledger = new Ledger<string>('Postgres "postgres"');
  const asked = known(ledger.entries.apply((entries) => entries.length));
  ledger.add("orders");
  ledger.add("payments");
  expect(await asked).toBe(2);
  expect(ledger.written).toEqual(["orders", "payments"]);
});

test("a late entry is refused, not lost", async () => {
  const ledger = new Ledger<string>('Postgres "postgres"');
  await known(ledger.entries);
  expect(() => ledger.add("orders")).toThrow(/^Postgres "postgres" is used too late: declare its consumers at the top/);
});

test("a secret in an entry makes all of them secret", async () => {
  const ledger = new Ledger<{ password: pulumi.Output<string> }>('Redis "cache"');
  ledger.add({ password: pulumi.secret("hunter2") });
  await known(ledger.entries);
  expect(await pulumi.isSecret(ledger.entries)).toBe(true);
});
