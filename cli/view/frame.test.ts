import { describe, expect, it } from "vitest";
import { plain, width } from "./format.ts";
import { frame } from "./frame.ts";
import type { Item, Screen, Step } from "./screen.ts";

const NOW = 1_000_000;
const step = (more: Partial<Step>): Step => ({
  name: "Deploy",
  state: "running",
  detail: "41 of 128",
  began: NOW - 14_200,
  ...more,
});
const item = (label: string, seconds: number, note = "creating"): Item => ({
  label,
  kind: "Deployment",
  note,
  since: NOW - seconds * 1000,
});
const screen = (...steps: readonly Step[]): Screen => ({ title: "plumbline up local", steps });
const draw = (shown: Screen, columns = 80, rows = 24) => frame(shown, { columns, rows }, NOW, plain);

describe("frame", () => {
  it("has a line for each step, with its time at the right edge", () => {
    const lines = draw(
      screen(step({ name: "Cluster", state: "done", detail: "created", ended: NOW - 10_000 }), step({})),
    );
    expect(lines.map(width)).toEqual([79, 79]);
    expect(lines[0]).toMatch(/^ {2}✓ Cluster {8}created +4\.2s$/);
    expect(lines[1]).toMatch(/^ {2}. Deploy {9}41 of 128 +14\.2s$/);
  });

  it.each([40, 80, 120, 300])("fits a terminal of %d columns", (columns) => {
    const items = [item("shop-data/a-rather-long-name-of-a-thing-that-goes-on-and-on", 9, "a long reason ".repeat(20))];
    const shown: Screen = { ...screen(step({ items, detail: "detail ".repeat(40) })), notice: "notice ".repeat(40) };
    expect(Math.max(...draw(shown, columns).map(width))).toBeLessThan(columns);
  });

  it("names the longest waits first, and says how many are hidden", () => {
    const items = Array.from({ length: 12 }, (_, i) => item(`shop/w${i}`, i + 1));
    const lines = draw(screen(step({ items })));
    expect(lines[1]).toMatch(/^ {6}shop\/w11 +Deployment +creating +12\.0s$/);
    expect(lines).toHaveLength(9);
    expect(lines.at(-1)).toBe("      … 5 more");
  });

  it("gives a long reason a line of its own", () => {
    const note = "1 of 3 pods ready: pod shop/orders-7d-x2 is not scheduled: 0/9 nodes are available";
    const lines = draw(screen(step({ items: [item("shop/orders", 8, note)] })));
    expect(lines[1]).toMatch(/^ {6}shop\/orders {2}Deployment +8\.0s$/);
    expect(lines[2]).toContain("1 of 3 pods ready: pod shop/orders-7d-x2");
  });

  it("tells what a step came to on two lines, broken at a word, where the terminal is high enough", () => {
    const detail = "cluster stopped; its data and the stack's state are kept nowhere: they are removed";
    const ended = step({ name: "Clean-up", state: "done", detail, ended: NOW });
    const lines = draw(screen(ended));
    expect(lines[0]).toMatch(/^ {2}✓ Clean-up {7}cluster stopped; its data and the stack's state are +14\.2s$/);
    expect(lines[1]).toBe(`${" ".repeat(19)}kept nowhere: they are removed`);
    expect(draw(screen(ended, ended, ended), 80, 8)).toHaveLength(3);
  });

  it("stays within a low terminal", () => {
    const items = Array.from({ length: 12 }, (_, i) => item(`shop/w${i}`, i + 1));
    expect(draw(screen(step({ name: "Plan", state: "done", ended: NOW }), step({ items })), 80, 8).length).toBeLessThan(
      8,
    );
  });

  it("drops what was waited for when the step has ended", () => {
    expect(draw(screen(step({ state: "failed", ended: NOW, items: [item("shop/a", 3)] })))).toHaveLength(1);
  });

  it("shows a notice below", () => {
    expect(draw({ ...screen(step({})), notice: "Stopping" }).at(-1)).toBe("  Stopping");
  });
});
