/**
 * `npm run test:go`: Go's own tests, compiled as the tools are, so that both share what is compiled. `node test/go.ts compile`
 * compiles what all tests will want, on what other programs leave of the processors, for as long as its caller lives.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants, setPriority } from "node:os";
import { join } from "node:path";
import { requireGo } from "../rehearsal/toolchain/go.ts";
import { compilerEnvironment } from "../rehearsal/toolchain/go-build.ts";
import { CLUSTER, PULUMI } from "../rehearsal/toolchain/prepare.ts";

/** The release controller, which the cluster's process runs as well; it comes first, for it takes seconds. */
const CONTROLLER = join(import.meta.dirname, "..", "components", "delivery", "controller");

/** What judges requests at a gateway. */
const VALIDATOR = join(import.meta.dirname, "..", "components", "edge", "validator");

const { path } = await requireGo("The tests in Go");
const run = (moduleDir: string, words: string[], stdio: "inherit" | "ignore") =>
  spawn(path, ["-C", moduleDir, ...words], { env: compilerEnvironment(), stdio });

if (process.argv[2] === "compile") {
  const caller = process.ppid;
  setPriority(constants.priority.PRIORITY_LOW);
  // A list with what each package exports has them compiled, and nothing linked. What does not compile is the tests' to tell.
  const list = ["list", "-export", "-deps"];
  for (const [moduleDir, ...packages] of [
    [CLUSTER.moduleDir, "-test", "./..."],
    [CONTROLLER, "-test", "./..."],
    [VALIDATOR, "-test", "./..."],
    [PULUMI.moduleDir, PULUMI.package],
  ] as const) {
    const compiling = run(moduleDir, [...list, ...packages], "ignore");
    // Interrupted, Go takes its folder in /tmp away; terminated, it leaves it.
    const watching = setInterval(() => process.ppid !== caller && compiling.kill("SIGINT"), 1_000);
    await once(compiling, "exit");
    clearInterval(watching);
    if (process.ppid !== caller) break;
  }
} else {
  // A Ctrl-C at the terminal arrives at the tests as well: their end is waited for.
  process.on("SIGINT", () => {});
  for (const moduleDir of [CONTROLLER, VALIDATOR, CLUSTER.moduleDir]) {
    const tests = run(moduleDir, ["test", "./..."], "inherit");
    const end = () => tests.kill();
    process.on("SIGTERM", end);
    const [code] = (await once(tests, "exit")) as [number | null];
    process.off("SIGTERM", end);
    process.exitCode ||= code ?? 1;
    if (code === null) break;
  }
}
