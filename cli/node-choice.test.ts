import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isRehearsal, type RehearsalEnvironment, readEnvironment } from "./environment.ts";
import { chooseNodes, keepChoice, type NodeChoice } from "./node-choice.ts";

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "plumbline-choice-"));
});
afterEach(() => rmSync(cache, { recursive: true }));

function rehearsal(name: string): RehearsalEnvironment {
  const environment = readEnvironment(name);
  if (isRehearsal(environment)) return environment;
  throw new Error(`${name} is no rehearsal`);
}

const choose = (asked: Partial<NodeChoice>, name = "local") => chooseNodes(cache, name, rehearsal(name), asked);

it("goes by the environment if nobody asks for more", async () => {
  expect(await choose({})).toEqual({ nodes: "simulated" });
  expect(await choose({}, "local-real")).toEqual({ nodes: "real" });
});

it("does what is asked, and an up later keeps it", async () => {
  const asked = await choose({ nodes: "real", zones: 2 });
  expect(asked).toEqual({ nodes: "real", zones: 2 });
  await keepChoice(cache, "local", asked);
  expect(await choose({})).toEqual(asked);
  expect(await choose({}, "local-real")).toEqual({ nodes: "real" });
});

it("forgets how many zones once another kind of nodes is asked for", async () => {
  await keepChoice(cache, "local", { nodes: "real", zones: 2 });
  expect(await choose({ nodes: "both" })).toEqual({ nodes: "both" });
  expect(await choose({ zones: 1 })).toEqual({ nodes: "real", zones: 1 });
});

it("goes by the environment if what was remembered cannot be read", async () => {
  mkdirSync(join(cache, "clusters", "local"), { recursive: true });
  writeFileSync(join(cache, "clusters", "local", "nodes.json"), '{"nodes":"re');
  expect(await choose({})).toEqual({ nodes: "simulated" });
});

it("refuses more zones than there are, and zones of simulated nodes", async () => {
  await expect(choose({ nodes: "real", zones: 4 })).rejects.toThrow(/allowed: 1 to 3/);
  await expect(choose({ zones: 2 })).rejects.toThrow(/the nodes are simulated/);
});
