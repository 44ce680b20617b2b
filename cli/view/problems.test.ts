import { describe, expect, it } from "vitest";
import type { Diagnostic, Violation } from "../engine/progress.ts";
import { plain } from "./format.ts";
import { problemLines } from "./problems.ts";

const style = { columns: 80, paint: plain };
const show = (found: { violations?: Violation[]; diagnostics?: Diagnostic[] }, verbose = false) =>
  problemLines({ violations: [], diagnostics: [], ...found }, style, verbose).join("\n");

const violation: Violation = {
  rule: "workload-replicas",
  pack: "plumbline",
  level: "mandatory",
  resource: { label: "orders", kind: "Deployment" },
  message:
    "what: spec.replicas is 1; wanted: 2 or more\nwhy:  one pod is no pod, and here the reason is long enough to need a second line\nfix:  spec.replicas: 2",
};

describe("problemLines", () => {
  it("says nothing when nothing is wrong", () => {
    expect(show({})).toBe("");
  });

  it("shows of a violation the rule, the resource, and all that the rule says, aligned", () => {
    expect(show({ violations: [violation] }).split("\n")).toEqual([
      "",
      "  Mandatory rules that are violated",
      "    ✗ workload-replicas  orders (Deployment)",
      "      what: spec.replicas is 1; wanted: 2 or more",
      "      why:  one pod is no pod, and here the reason is long enough to need a",
      "            second line",
      "      fix:  spec.replicas: 2",
    ]);
  });

  it("puts what stops the run before advice", () => {
    const text = show({ violations: [{ ...violation, level: "advisory", rule: "later" }, violation] });
    expect(text.indexOf("workload-replicas")).toBeLessThan(text.indexOf("later"));
  });

  it("tells the same trouble of several resources once", () => {
    const warnings = ["a", "b", "c", "d"].map(
      (label): Diagnostic => ({ severity: "warning", resource: { label, kind: "Pod" }, message: "would violate" }),
    );
    expect(show({ diagnostics: warnings })).toContain("a (Pod), b (Pod), c (Pod) and 1 more\n      would violate");
  });

  it("shows what the program printed below an error, its end if it is long, and otherwise only on demand", () => {
    const printed: Diagnostic = {
      severity: "info",
      message: Array.from({ length: 40 }, (_, i) => `line ${i}`).join("\n"),
    };
    const failed: Diagnostic = { severity: "error", message: "the program ended" };
    expect(show({ diagnostics: [printed] })).toBe("");
    expect(show({ diagnostics: [printed] }, true)).toContain("line 39");
    const text = show({ diagnostics: [printed, failed] });
    expect(text).toContain("line 39");
    expect(text).not.toContain("line 1\n");
  });

  it("leaves the rest to the log when there is too much", () => {
    const errors = Array.from({ length: 30 }, (_, i): Diagnostic => ({ severity: "error", message: `error ${i}` }));
    expect(show({ diagnostics: errors })).toContain("… 18 more, in the log");
  });
});
