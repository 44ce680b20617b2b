import { join } from "node:path";
import { declareClassPlugin, PluginKind } from "@stryker-mutator/api/plugin";
import {
  type DryRunResult,
  DryRunStatus,
  type MutantRunOptions,
  type MutantRunResult,
  MutantRunStatus,
  type TestResult,
  type TestRunner,
  TestStatus,
} from "@stryker-mutator/api/test-runner";
import { createVitest, type Vitest } from "vitest/node";
import { type Answer, type Ask, CHANNEL, type Outcome } from "./protocol.ts";

/** Runs mutants in one thread of Vitest's that has all tests collected (resident.ts), instead of a new run for each. */
class ResidentRunner implements TestRunner {
  private readonly channel = new BroadcastChannel(CHANNEL);
  private vitest: Vitest | undefined;
  /** Whether the thread has run nothing yet, or nothing that left its traces. */
  private thread: "fresh" | "used" | "soiled" = "fresh";

  /** No mutant needs it: with `ignoreStatic` all of them are active only while a test runs. */
  capabilities() {
    return { reloadEnvironment: true };
  }

  async init(): Promise<void> {
    this.vitest = await createVitest({
      config: false,
      include: ["test/mutation/resident.ts"],
      pool: "threads",
      maxWorkers: 1,
      isolate: false,
      watch: false,
      reporters: [{}],
      // A mutant that hangs is Stryker's to end, whose limits know how long the tests take.
      testTimeout: 0,
      // Node runs TypeScript as it is; no test replaces a module.
      experimental: { viteModuleRunner: false, nodeLoader: false },
    });
    const { vitest } = this;
    const ended = vitest.start().then(() => {
      const errors = vitest.state.getFiles().flatMap(({ result }) => result?.errors ?? []);
      throw new Error(`the tests were not collected: ${errors.map(({ message }) => message).join("\n")}`);
    });
    await Promise.race([this.message(), ended]);
  }

  async dryRun(): Promise<DryRunResult> {
    const { outcomes, coverage } = await this.answer({ kind: "every" });
    return { status: DryRunStatus.Complete, tests: outcomes.map(testResult), mutantCoverage: coverage as never };
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const { activeMutant, testFilter, hitLimit = Number.POSITIVE_INFINITY } = options;
    if (testFilter === undefined || options.mutantActivation === "static")
      throw new Error("a mutant of what runs once, on import: set ignoreStatic, and coverageAnalysis to perTest");
    const before = this.thread;
    const ask = { kind: "mutant", id: activeMutant.id, tests: testFilter, hitLimit } as const;
    const { outcomes, hits, soiled } = await this.answer(ask);
    if (soiled) this.thread = "soiled";
    if (hits > hitLimit) return { status: MutantRunStatus.Timeout, reason: `reached ${hits} times` };
    // What an earlier mutant left made the test fail, or a kept result hid the mutant: Stryker then starts another
    // process, and asks again.
    if (before === "soiled" || (before === "used" && (soiled || hits === 0)))
      throw new Error("what ran before left its traces");
    const ran = { nrOfTests: outcomes.length, duration: outcomes.reduce((sum, { ms }) => sum + ms, 0) };
    const last = outcomes.at(-1);
    if (last?.failure === undefined) return { status: MutantRunStatus.Survived, ...ran };
    return { status: MutantRunStatus.Killed, killedBy: [last.id], failureMessage: last.failure, ...ran };
  }

  async dispose(): Promise<void> {
    this.channel.close();
    // The thread's test never ends by itself.
    void this.vitest?.close();
  }

  private answer(ask: Ask): Promise<Answer> {
    this.thread = "used";
    const answer = this.message();
    this.channel.postMessage(ask);
    return answer as Promise<Answer>;
  }

  private message(): Promise<unknown> {
    return new Promise((resolve) => {
      this.channel.onmessage = (event) => resolve((event as MessageEvent).data);
    });
  }
}

function testResult({ id, file, ms, failure }: Outcome): TestResult {
  const test = { id, name: id, timeSpentMs: ms, fileName: join(process.cwd(), file) };
  if (failure === undefined) return { ...test, status: TestStatus.Success };
  return { ...test, status: TestStatus.Failed, failureMessage: failure };
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, "resident", ResidentRunner)];
