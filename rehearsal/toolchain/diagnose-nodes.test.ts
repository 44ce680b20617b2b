import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { whyNoRealNodes } from "../nodes/machine.ts";
import { diagnoseNodes } from "./diagnose-nodes.ts";
import { scratch, writeProgram } from "./testing/scratch.ts";

// Processes start slowly where everything is busy.
vi.setConfig({ testTimeout: 60_000 });
vi.mock(import("../nodes/machine.ts"), async (original) => ({ ...(await original()), whyNoRealNodes: vi.fn() }));
afterEach(() => vi.mocked(whyNoRealNodes).mockReset());

/** What is said of a machine whose apt has its lists in a folder, with these programs beside apt. */
async function diagnosed(lists: string, ...programs: string[]) {
  const dir = await scratch();
  await writeProgram(join(dir, "bin/apt-config"), `echo "lists='${lists}'"`);
  for (const name of programs) await writeProgram(join(dir, "bin", name), "true");
  return diagnoseNodes({ cacheDir: dir, env: { PATH: join(dir, "bin") } });
}

it("finds all that real nodes need", async () => {
  const lists = await scratch();
  await writeProgram(join(lists, "bookworm_InRelease"), "");
  const all = await diagnosed(lists, "mvn", "pip3");
  expect(all.map(({ requirement, state }) => `${requirement} ${state}`)).toEqual([
    "real nodes serves",
    "package lists serves",
    "Maven serves",
    "pip serves",
  ]);
});

it("names what is missing for packages, jars and wheels, with the command that gets it", async () => {
  const all = await diagnosed("/nowhere");
  expect(all.slice(1)).toEqual([
    expect.objectContaining({ requirement: "package lists", state: "limited", fix: "sudo apt-get update" }),
    expect.objectContaining({ requirement: "Maven", state: "limited", fix: "sudo apt-get install maven" }),
    expect.objectContaining({ requirement: "pip", state: "limited", fix: "sudo apt-get install python3-pip" }),
  ]);
});

it("says why no real node can run here, and nothing more: simulated nodes do without", async () => {
  vi.mocked(whyNoRealNodes).mockReturnValue("they need the rights of root");
  expect(await diagnosed("/nowhere")).toEqual([
    expect.objectContaining({
      requirement: "real nodes",
      state: "limited",
      found: "cannot run here: they need the rights of root",
    }),
  ]);
});
