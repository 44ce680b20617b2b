import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ago,
  clip,
  columns,
  count,
  padEnd,
  shellWord,
  shorten,
  span,
  typed,
  width,
  wrap,
  wrappedColumns,
} from "./format.ts";

describe("span", () => {
  it.each([
    [0, "0.0s"],
    [1_240, "1.2s"],
    [59_940, "59.9s"],
    [59_960, "1m 00s"],
    [125_000, "2m 05s"],
    [3_599_600, "1h 00m"],
    [3_840_000, "1h 04m"],
  ])("%d ms is %s", (milliseconds, text) => {
    expect(span(milliseconds)).toBe(text);
  });

  it("is never wider than the column it is shown in", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 99 * 3_600_000 }), (ms) => span(ms).length <= 8));
  });
});

describe("ago", () => {
  it.each([
    [-50, "0 s ago"],
    [59_000, "59 s ago"],
    [180_000, "3 min ago"],
    [7_200_000, "2 h ago"],
    [432_000_000, "5 days ago"],
  ])("%d ms is %s", (milliseconds, text) => {
    expect(ago(milliseconds)).toBe(text);
  });
});

describe("count", () => {
  it("has one of a thing, and several", () => {
    expect([count(1, "node"), count(9, "node"), count(0, "node")]).toEqual(["1 node", "9 nodes", "0 nodes"]);
  });
});

describe("shorten", () => {
  it("never exceeds the width, and leaves alone what fits", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 40 }), (text, to) => {
        const short = shorten(text, to);
        return short.length <= to && (text.length > to || short === text);
      }),
    );
  });

  it("cuts after a word, and through one only if it is the first", () => {
    expect(shorten("0 of 3 pods are ready", 20)).toBe("0 of 3 pods are…");
    expect(shorten("0 of 3 pods are ready", 16)).toBe("0 of 3 pods are…");
    expect(shorten("  a-word-that-is-too-long for it", 10)).toBe("  a-word-…");
  });
});

describe("clip", () => {
  it("breaks at words, and tells by an ellipsis that there is more", () => {
    const text = "cluster stopped; its data and the stack's state are removed";
    expect(clip(text, 52, 2)).toEqual(["cluster stopped; its data and the stack's state are", "removed"]);
    expect(clip(text, 52, 1)).toEqual(["cluster stopped; its data and the stack's state are…"]);
    expect(clip(text, 100, 2)).toEqual([text]);
    expect(clip("", 10, 1)).toEqual([""]);
  });

  it("never exceeds its room", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 3 }), (text, to, most) => {
        const lines = clip(text.replaceAll("\n", " "), to, most);
        return lines.length <= most && lines.every((line) => line.length <= to);
      }),
    );
  });
});

describe("shellWord", () => {
  it("leaves alone what needs no quotes", () => {
    expect(shellWord("/home/me/.cache/plumbline-1_2/kubeconfig")).toBe("/home/me/.cache/plumbline-1_2/kubeconfig");
  });

  it.each(["/sp ace", "/it's", "/a#b", "/$HOME", "/~", "", "/a;b", "/new\nline", '/"q"'])(
    "a shell reads %j back",
    (text) => {
      const read = execFileSync("/bin/sh", ["-c", `printf %s ${shellWord(text)}`], { encoding: "utf8" });
      expect(read).toBe(text);
    },
  );
});

describe("columns", () => {
  it("aligns by what is seen, not by the colours", () => {
    const rows = columns([
      ["\u001B[1ma\u001B[22m", "x"],
      ["long", "y"],
    ]);
    expect(rows.map(width)).toEqual([7, 7]);
    expect(rows[1]).toBe("long  y");
  });

  it("takes rows of different lengths", () => {
    expect(columns([["a"], ["bbb", "c"]])).toEqual(["a", "bbb  c"]);
  });
});

describe("wrappedColumns", () => {
  it("breaks the last column, which stays in its place", () => {
    expect(
      wrappedColumns(
        [
          ["ours", "talks to the real API server"],
          ["official", "short"],
        ],
        30,
      ),
    ).toEqual(["ours      talks to the real", "          API server", "official  short"]);
  });
});

describe("padEnd", () => {
  it("does not cut", () => {
    expect([padEnd("ab", 4), padEnd("abcde", 4)]).toEqual(["ab  ", "abcde"]);
  });
});

describe("wrap", () => {
  it("breaks at spaces, keeps paragraphs, and leaves long words whole", () => {
    expect(wrap("one two three\n/a/very/long/path x", 8)).toEqual(["one two", "three", "/a/very/long/path", "x"]);
  });

  it("loses no word", () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 });
    fc.assert(
      fc.property(
        words,
        fc.integer({ min: 1, max: 30 }),
        (all, to) => wrap(all.join(" "), to).join(" ") === all.join(" "),
      ),
    );
  });
});

describe("typed", () => {
  it.each([
    ["up", "local", [], "npm run up"],
    ["up", "staging", [], "npm run up -- staging"],
    ["status", "local", ["--drift"], "npm run status -- --drift"],
    ["cluster start", "local", [], "npm run cluster -- start"],
    ["cluster start", "drill", [], "npm run cluster -- start drill"],
    ["doctor", "", [], "npm run doctor"],
  ])("%s %s %j", (command, environment, flags, expected) => {
    expect(typed(command, environment, ...flags)).toBe(expected);
  });
});
