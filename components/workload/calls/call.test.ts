import { expect, test } from "vitest";
import { optOut } from "../../core/opt-out.ts";
import type { Usable } from "../../core/usage.ts";
import { breakerOptOut, type Call, callsProblems, completeCall } from "./call.ts";

const own = { field: "shutdown.longestRequest", span: "30s" } as const;
const used: Usable[] = [];
const problems = (call: Partial<Call>) =>
  callsProblems({ calls: { payments: { timeout: "2s", ...call } as Call }, uses: used }, own);

test("a call needs a timeout and no more", () => {
  expect(problems({})).toEqual([]);
  expect(completeCall({ timeout: "2s" })).toEqual({
    timeout: "2s",
    retries: 0,
    maxInFlight: 1_024,
    perTryTimeout: "2s",
    breaker: { consecutive5xx: 5, ejection: "30s" },
    fallback: undefined,
    lastAnswer: undefined,
  });
});

test("a try may take all of the timeout, and what is said of a breaker wins over Envoy's numbers", () => {
  expect(completeCall({ timeout: "2s", retries: 2, breaker: { consecutive5xx: 3 } })).toMatchObject({
    perTryTimeout: "2s",
    breaker: { consecutive5xx: 3, ejection: "30s" },
  });
});

test("who steps down from breakers says for which call, and why", () => {
  const breaker = optOut("it has one replica");
  expect(problems({ breaker })).toEqual([]);
  expect(breakerOptOut({ payments: { timeout: "2s" } })).toBeUndefined();
  expect(breakerOptOut({ a: { timeout: "2s", breaker }, b: { timeout: "2s" }, c: { timeout: "1s", breaker } })).toEqual(
    { optOut: "a: it has one replica; c: it has one replica" },
  );
});

const fallback = { contentType: "application/json", body: "{}" };
test.each<[string, Partial<Call>, string, RegExp]>([
  ["no timeout", { timeout: undefined as never }, "timeout", /"10ms" to "1h": a callee may hang/],
  ["a breaker without one", { timeout: undefined as never, breaker: {} }, "timeout", /without one, breaker cannot/],
  ["retries without one", { timeout: undefined as never, retries: 1, breaker: {} }, "timeout", /breaker and retries/],
  ["a timeout that is none", { timeout: "2 s" as never }, "timeout", /"10ms" to "1h"/],
  ["one too short", { timeout: "9ms" }, "timeout", /"10ms" to "1h"/],
  ["one longer than its own", { timeout: "31s" }, "timeout", /at most shutdown.longestRequest of this workload, 30s/],
  ["six retries", { retries: 6 }, "retries", /whole number from 0 to 5/],
  ["half a retry", { retries: 0.5 }, "retries", /whole number from 0 to 5/],
  ["nobody in flight", { maxInFlight: 0 }, "maxInFlight", /from 1 to 100000/],
  ["no breaker without a reason", { breaker: false as never }, "breaker", /optOut\("why there is none"\)/],
  ["a breaker that never closes", { breaker: { consecutive5xx: 0 } }, "breaker.consecutive5xx", /from 1 to 1000/],
  ["an ejection too short", { breaker: { ejection: "500ms" } }, "breaker.ejection", /"1s" to "1h"/],
  ["tries that do not fit", { retries: 2, perTryTimeout: "700ms" }, "perTryTimeout", /at most "666ms": 3 tries/],
  ["a time for tries without retries", { perTryTimeout: "1s" }, "perTryTimeout", /none without retries/],
  ["a status that is none", { fallback: { ...fallback, status: 20 } }, "fallback.status", /200 to 599/],
  ["a status without a body", { fallback: { ...fallback, status: 204 } }, "fallback.status", /not 204, 205, 304/],
  ["half a character", { fallback: { ...fallback, body: "\ud800" } }, "fallback.body", /well-formed text/],
  ["an object as a body", { fallback: { ...fallback, body: {} as string } }, "fallback.body", /of an object, its JSON/],
  ["a type that is none", { fallback: { ...fallback, contentType: "json" } }, "fallback.contentType", /media type/],
  ["an answer that is kept for too long", { fallback: { maxAge: "25h" } }, "fallback.maxAge", /"1s" to "1d"/],
  [
    "a status that is none, of what is answered otherwise",
    { fallback: { maxAge: "5m", otherwise: { ...fallback, status: 20 } } },
    "fallback.otherwise.status",
    /200 to 599/,
  ],
  ["a long body", { fallback: { ...fallback, body: "a".repeat(4_097) } }, "fallback.body", /at most 4096/],
])("%s is refused", (_, call, field, allowed) => {
  const found = problems(call);
  expect(found.map((problem) => problem.field)).toEqual([`calls.payments.${field}`]);
  expect(found[0]?.allowed).toMatch(allowed);
});

test("what is called is not used too, and its name can begin a variable", () => {
  const stock: Usable = { usableName: "stock-db", grant: () => expect.unreachable() };
  const call: Call = { timeout: "1s" };
  expect(callsProblems({ calls: { "stock-db": call, Bad: call }, uses: [stock] }, own)).toEqual([
    { field: "calls.stock-db", given: "stock-db", allowed: expect.stringContaining("both would fill STOCK_DB_*") },
    { field: "calls.Bad", given: "Bad", allowed: "the name of a service" },
  ]);
});

test("its own ports are not those of its calls", () => {
  const calls = { a: { timeout: "1s" }, b: { timeout: "1s" } } as const;
  const clashes = (port: number) => callsProblems({ calls, uses: [] }, own, { port }).map(({ field }) => field);
  expect([13_999, 14_000, 14_002, 14_003].map(clashes)).toEqual([[], ["port"], ["port"], []]);
  expect(callsProblems({ calls: {}, uses: [] }, own, { port: 14_000 })).toEqual([]);
});
