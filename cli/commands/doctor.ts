import { diagnose } from "../../rehearsal/index.ts";
import type { Context } from "../context.ts";
import { EXIT } from "../failure.ts";
import type { Report } from "../report.ts";
import { doctorLines } from "../view/doctor.ts";

/** Says what this machine has and lacks, and the command that gets it. It makes nothing but the log of its run. */
export async function doctor({ cacheDir }: Context): Promise<Report> {
  const diagnoses = await diagnose({ cacheDir });
  const isMissing = diagnoses.some(({ state }) => state === "missing");
  return {
    lines: (style) => doctorLines(diagnoses, style),
    json: { diagnoses },
    exitCode: isMissing ? EXIT.toolMissing : EXIT.ok,
  };
}
