import { expect, it } from "vitest";
import type { KnownFault } from "../../rehearsal/index.ts";
import { faultLines, faultList, lastingLines, undoCommand } from "./faults.ts";
import { plain } from "./format.ts";

const STYLE = { columns: 120, paint: plain };
const NOW = Date.parse("2026-11-24T12:00:00Z");

const slow: KnownFault = {
  name: "slow-network-x7k2p",
  type: "slow-network",
  target: "node local-b-real",
  phase: "Active",
  since: new Date(NOW),
  until: new Date(NOW + 60_000),
  message: "",
};
const killed: KnownFault = {
  ...slow,
  name: "pod-kill-abcde",
  type: "pod-kill",
  target: "pods app=web in namespace shop",
  phase: "Over",
  message: "killed web-0",
};

it("tells until when a fault lasts, and the command that undoes it", () => {
  const text = faultLines(slow, "local", STYLE, NOW).join("\n");
  expect(text).toContain("slow-network-x7k2p: slow-network on node local-b-real");
  expect(text).toContain("until 12:01:00 UTC, 1m 00s from now; then it undoes itself");
  expect(text).toContain("npm run fault -- undo slow-network-x7k2p");
});

it("says of what does not last that there is nothing to undo", () => {
  const text = faultLines(killed, "local", STYLE, NOW).join("\n");
  expect(text).toContain("killed web-0");
  expect(text).toContain("there is nothing to undo");
  expect(text).not.toContain("npm run");
});

it("names the environment where it is another", () => {
  expect(undoCommand(slow, "local-two")).toBe("npm run fault -- undo slow-network-x7k2p --environment local-two");
});

it("lists faults, or says that there are none", () => {
  expect(faultList([], "local", STYLE, NOW).join("")).toContain("no faults");
  const [, first, second] = faultList([slow, killed], "local", STYLE, NOW);
  expect(first).toMatch(/slow-network-x7k2p +node local-b-real +Active +until/);
  expect(second).toMatch(/pod-kill-abcde .*Over .*killed web-0$/);
});

it("tells in status of what lasts alone, with the command that ends it", () => {
  expect(lastingLines([killed], "local", NOW)).toEqual([]);
  expect(lastingLines([slow, killed], "local", NOW)).toEqual([
    expect.stringMatching(/^slow-network on node local-b-real, until .*, 1m 00s from now/),
    "  npm run fault -- undo slow-network-x7k2p",
  ]);
});
