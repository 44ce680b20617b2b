import { expect, test, vi } from "vitest";
import { UnfinishedProgramError } from "../../core/invalid.ts";
import type { Usable } from "../../core/usage.ts";
import { type Callee, Directory } from "./directory.ts";

const usable = (usableName: string): Usable => ({ usableName, grant: () => expect.unreachable() });
const callee = (name: string, more: Partial<Callee> = {}): Callee => ({
  name,
  port: 8080,
  longestRequest: "30s",
  usable: usable(name),
  admit: vi.fn(),
  ...more,
});
const caller = (name: string, uses: Usable[] = []) => ({
  name,
  subject: `Microservice "${name}"`,
  namespace: "shop",
  podLabels: { app: name },
  uses,
});
const call = { timeout: "2s" } as const;

test("a service lets its callers in, whether it is declared before or after them", async () => {
  const directory = new Directory("shop");
  const [before, after] = [callee("before"), callee("after", { port: 9000 })];
  directory.declare(before);
  const found = directory.call(caller("orders"), { before: call, after: call });
  expect(before.admit).toHaveBeenCalledTimes(1);
  expect(after.admit).not.toHaveBeenCalled();
  directory.declare(after);
  directory.declare(callee("unasked"));
  expect(after.admit).toHaveBeenCalledWith(
    expect.objectContaining({ namespace: "shop", podLabels: { app: "orders" } }),
  );
  expect(await found).toEqual([
    { name: "after", port: 9000 },
    { name: "before", port: 8080 },
  ]);
});

test("a service that nobody declares is an error that says who called it and what there is", async () => {
  const directory = new Directory("shop");
  directory.declare(callee("payments"));
  directory.declare(callee("stock"));
  await expect(directory.call(caller("orders"), { paymnts: call })).rejects.toThrow(
    `Microservice "orders" was given arguments that it cannot use:
  calls.paymnts: "paymnts" was given; allowed: a service that is declared in namespace "shop": payments, stock; did you mean "payments"?`,
  );
  await expect(new Directory("empty").call(caller("orders"), { a: call })).rejects.toThrow(/there is none/);
});

test("what the program did not come to declare is no fault of those who call it", async () => {
  const failed = new Directory("shop", () => true);
  failed.declare(callee("payments", { longestRequest: "1s" }));
  await expect(failed.call(caller("orders"), { inventory: call })).rejects.toThrow(
    'Microservice "orders" calls inventory; the program failed before its end: mend the other error first',
  );
  await expect(failed.call(caller("orders"), { inventory: call, payments: call })).rejects.toThrow(
    /calls.payments.tim/,
  );
  await expect(failed.call(caller("orders"), { inventory: call, paymnts: call })).rejects.toMatchObject({
    problems: [{ field: "calls.paymnts", allowed: expect.stringContaining('did you mean "payments"?') }],
  });
});

test("nor is a service that was declared and refused, however much like another its name is", async () => {
  const directory = new Directory("shop", () => false);
  directory.declare(callee("payments-eu"));
  directory.refuse("payments-us");
  const calls = { "payments-us": call };
  expect(directory.mistyped(calls)).toEqual([]);
  await expect(directory.call(caller("orders"), calls)).rejects.toThrow(UnfinishedProgramError);
});

test("a call does not last longer than its callee has, whenever that is declared", async () => {
  const directory = new Directory("shop");
  const quick = callee("quick", { longestRequest: "1s" });
  const late = directory.call(caller("orders"), { quick: call });
  directory.declare(quick);
  await expect(late).rejects.toThrow(
    /calls.quick.timeout: "2s" was given; allowed: at most shutdown.longestRequest of quick, 1s/,
  );
  expect(directory.problems("other", { quick: call }, [])).toHaveLength(1);
});

test("a cycle is refused where it is closed, with its way; and nobody calls itself", () => {
  const directory = new Directory("shop");
  void directory.call(caller("orders"), { payments: call }).catch(() => {});
  void directory.call(caller("payments"), { ledger: call }).catch(() => {});
  expect(directory.problems("ledger", { orders: call, other: call }, [])).toEqual([
    { field: "calls.orders", given: "orders", allowed: "no cycle; this closes ledger → orders → payments → ledger" },
  ]);
  expect(directory.problems("orders", { orders: call }, [])).toEqual([
    { field: "calls.orders", given: "orders", allowed: "another service than itself" },
  ]);
});

test("a service in uses is a way too", () => {
  const directory = new Directory("shop");
  const stock = callee("stock");
  directory.declare(stock);
  void directory.call(caller("stock"), { orders: call }).catch(() => {});
  expect(directory.problems("orders", {}, [usable("stock"), stock.usable])).toEqual([
    { field: "uses[1]", given: "stock", allowed: "no cycle; this closes orders → stock → orders" },
  ]);
  void directory.call(caller("payments", [stock.usable]), {});
  expect(directory.problems("orders", { payments: call }, [])).toEqual([
    expect.objectContaining({ allowed: "no cycle; this closes orders → payments → stock → orders" }),
  ]);
});
