import { globSync } from "node:fs";
import { join } from "node:path";
import { describe, type RunnerTask, type RunnerTestCase, type RunnerTestSuite, TestRunner, test } from "vitest";
import { type Answer, type Ask, CHANNEL, type Outcome } from "./protocol.ts";

/**
 * A test file of Vitest's that stays. Its suites are the unit tests of the policies, imported and collected once. Its
 * first test never ends: it runs the functions of the others, those that it is asked for, with the mutant that it is
 * asked for. What a test costs here is what its function costs.
 */
const ROOT = join(import.meta.dirname, "../..");
/** Random: what it kills in one run, it may leave in the next. */
const LEFT_OUT = ["policies/fuzz.test.ts"];

/** What code that Stryker instrumented reads, and counts in. */
const stryker: {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number;
  hitLimit?: number;
  mutantCoverage?: unknown;
} = {};
Object.assign(globalThis, { __stryker__: stryker });

const tests = new Map<string, { test: RunnerTestCase; file: string; ms: number }>();
/** What failed last: it is likely to notice the next mutant too, which is most often of the same file. */
const killers = new Set<string>();
const KILLERS = 30;

/** Where modules of the policies keep results: the empty maps that they make when they load. Each test begins with empty ones. */
const caches: Map<unknown, unknown>[] = [];
const PlainMap = Map;
globalThis.Map = class<K, V> extends PlainMap<K, V> {
  constructor(entries?: Iterable<readonly [K, V]> | null) {
    super(entries);
    const [, , maker = "", caller = ""] = new Error().stack?.split("\n") ?? [];
    if (maker.includes(`${ROOT}/policies/`) && caller.includes("node:internal/modules") && !entries) caches.push(this);
  }
} as MapConstructor;

test("answers for as long as it is asked", async ({ task }) => {
  globalThis.Map = PlainMap;
  for (const suite of task.file.tasks) if (suite !== task) for (const one of testsOf(suite)) keep(one, suite.name);
  const channel = new BroadcastChannel(CHANNEL);
  await new Promise(() => {
    channel.onmessage = async (event) => {
      const ask = (event as MessageEvent).data as Ask;
      channel.postMessage(await (ask.kind === "every" ? everyTest() : withMutant(ask)));
    };
    channel.postMessage("ready");
  });
}, 0);

for (const file of globSync("policies/**/*.test.ts", { cwd: ROOT }).sort())
  if (!file.endsWith(".real.test.ts") && !LEFT_OUT.includes(file)) describe(file, () => import(join(ROOT, file)));

function testsOf(task: RunnerTask): RunnerTestCase[] {
  if (task.type === "suite") return task.tasks.flatMap(testsOf);
  return task.mode === "run" ? [task] : [];
}

/** By its names, shortened (some are whole documents) and numbered where two are alike: the same in every process. */
function keep(test: RunnerTestCase, file: string): void {
  const suites = suitesOf(test);
  if (suites.some((suite) => TestRunner.getSuiteHooks(suite).beforeAll.length > 0))
    throw new Error(`${file}: what beforeAll makes, no mutant would reach: take beforeEach`);
  const name = [...suites.map((suite) => suite.name).toReversed(), test.name].join(" > ").slice(0, 200);
  let id = name;
  for (let count = 2; tests.has(id); count++) id = `${name} (${count})`;
  tests.set(id, { test, file, ms: 0 });
}

async function everyTest(): Promise<Answer> {
  const outcomes: Outcome[] = [];
  for (const id of tests.keys()) {
    stryker.currentTestId = id;
    outcomes.push(await outcomeOf(id));
  }
  stryker.currentTestId = undefined;
  return { outcomes, coverage: stryker.mutantCoverage, hits: 0, soiled: false };
}

/** Those that failed last and then the cheapest tests first, up to the first that fails; that one then once more without the mutant. */
async function withMutant(ask: Ask & { kind: "mutant" }): Promise<Answer> {
  const outcomes: Outcome[] = [];
  Object.assign(stryker, { hitCount: 0, hitLimit: ask.hitLimit });
  const cost = (id: string) => (killers.has(id) ? -1 : (tests.get(id)?.ms ?? 0));
  let soiled = false;
  for (const id of ask.tests.toSorted((one, other) => cost(one) - cost(other))) {
    stryker.activeMutant = ask.id;
    const outcome = await outcomeOf(id);
    stryker.activeMutant = undefined;
    outcomes.push(outcome);
    if (hits() > ask.hitLimit) break;
    if (outcome.failure === undefined) continue;
    soiled = (await outcomeOf(id)).failure !== undefined;
    remember(id);
    break;
  }
  return { outcomes, hits: hits(), soiled };
}

function remember(killer: string): void {
  killers.delete(killer);
  killers.add(killer);
  if (killers.size > KILLERS) killers.delete([...killers][0] ?? "");
}

const hits = () => stryker.hitCount ?? 0;

async function outcomeOf(id: string): Promise<Outcome> {
  const kept = tests.get(id);
  if (!kept) throw new Error(`there is no test ${id}`);
  for (const cache of caches) cache.clear();
  const start = performance.now();
  const failure = await failureOf(kept.test);
  kept.ms = performance.now() - start;
  return { id, file: kept.file, ms: kept.ms, ...(failure !== undefined && { failure }) };
}

/** The message of what the test threw, or what is to run before and after it. */
async function failureOf(test: RunnerTestCase): Promise<string | undefined> {
  const suites = suitesOf(test);
  try {
    for (const suite of suites.toReversed())
      for (const hook of TestRunner.getSuiteHooks(suite).beforeEach) await hook(test.context, suite);
    await TestRunner.getTestFn(test)();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    for (const suite of suites)
      for (const hook of TestRunner.getSuiteHooks(suite).afterEach) await hook(test.context, suite);
  }
  return undefined;
}

/** The innermost first. */
function suitesOf(test: RunnerTestCase): RunnerTestSuite[] {
  const suites: RunnerTestSuite[] = [];
  for (let suite = test.suite; suite; suite = suite.suite) suites.push(suite);
  return suites;
}
