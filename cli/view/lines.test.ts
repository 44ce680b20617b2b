import { describe, expect, it } from "vitest";
import { Lines, sentence } from "./lines.ts";
import type { Step } from "./screen.ts";

const running = (more: Partial<Step> = {}): Step => ({
  name: "Deploy",
  state: "running",
  detail: "1 of 2",
  began: 0,
  ...more,
});

function fixture(quiet = false) {
  let now = 0;
  const written: string[] = [];
  const lines = new Lines((line) => written.push(line), { quiet, clock: () => now });
  const show = (step?: Step, notice?: string) =>
    lines.show({ title: "plumbline up local", steps: [], ...(notice !== undefined && { notice }) }, step);
  const at = (milliseconds: number) => {
    now = milliseconds;
    lines.beat();
  };
  lines.close();
  return { written, show, at };
}

describe("Lines", () => {
  it("says a short step once, when it has ended", () => {
    const { written, show, at } = fixture();
    show(running());
    at(1_500);
    show(running({ state: "done", detail: "2 created", ended: 1_800 }));
    expect(written).toEqual(["plumbline up local", "[   1.5s] Deploy: 2 created (1.8s)"]);
  });

  it("gives signs of life in a long one: after two seconds, then every ten, however much happens", () => {
    const { written, show, at } = fixture();
    show(running());
    for (let t = 500; t <= 23_000; t += 500) {
      at(t);
      show(running({ detail: `${t} of 23000` }));
    }
    expect(written.slice(1).map((line) => line.slice(0, 10))).toEqual(["[   2.0s] ", "[  12.0s] ", "[  22.0s] "]);
  });

  it("says a notice once", () => {
    const { written, show } = fixture();
    show();
    show(undefined, "Stopping");
    show(undefined, "Stopping");
    expect(written).toEqual(["plumbline up local", "[   0.0s] Stopping"]);
  });

  it("of a command that only looks shows nothing but signs of life", () => {
    const { written, show, at } = fixture(true);
    show(running());
    at(3_000);
    show(running({ state: "done", ended: 3_500 }));
    expect(written).toEqual(["[   3.0s] Deploy: 1 of 2 (3.0s)"]);
  });
});

describe("sentence", () => {
  it("names the longest wait and why", () => {
    const items = [
      { label: "shop/b", kind: "Service", note: "", since: 9_000 },
      { label: "shop/a", kind: "Deployment", note: "1 of 3 pods ready", since: 2_000 },
    ];
    expect(sentence(running({ items }), 10_000)).toBe(
      "Deploy: 1 of 2; waiting for shop/a (Deployment, 8.0s): 1 of 3 pods ready (10.0s)",
    );
  });

  it("says how a step failed, and when there is nothing to say", () => {
    expect(sentence(running({ state: "failed", detail: "", ended: 500 }), 900)).toBe("Deploy failed (0.5s)");
  });
});
