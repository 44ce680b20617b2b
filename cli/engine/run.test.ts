import { describe, expect, it } from "vitest";
import { NOTHING_YET } from "./progress.ts";
import { withReason } from "./run.ts";

/** As the Automation API words the end of an engine that never sent an event. */
const said = (stderr: string) =>
  new Error(
    `code: -2\n stdout: \n stderr: Command failed with exit code 255: pulumi up\n${stderr}\n err?: Error: Command failed\n`,
  );

describe("withReason", () => {
  it("finds what the engine said on its error output before it could send an event", () => {
    const { diagnostics } = withReason(
      NOTHING_YET,
      said("error: incorrect passphrase\nplease set PULUMI_CONFIG_PASSPHRASE"),
    );
    expect(diagnostics).toEqual([
      { severity: "error", message: "incorrect passphrase\nplease set PULUMI_CONFIG_PASSPHRASE" },
    ]);
  });

  it("shows all of a message that it does not know", () => {
    expect(withReason(NOTHING_YET, new Error("spawn pulumi ENOENT")).diagnostics[0]?.message).toBe(
      "spawn pulumi ENOENT",
    );
  });

  it("adds nothing where the events have told the reason", () => {
    const told = { ...NOTHING_YET, diagnostics: [{ severity: "error", message: "conflict" }] } as const;
    expect(withReason(told, said("error: update failed"))).toBe(told);
    const violation = { rule: "r", pack: "p", level: "mandatory", message: "m" } as const;
    const broken = { ...NOTHING_YET, violations: [violation] };
    expect(withReason(broken, said("error: preview failed"))).toBe(broken);
  });
});
