import type { Diagnosis } from "../../rehearsal/index.ts";
import type { Style } from "../report.ts";
import { count, wrap } from "./format.ts";

const MARKS = {
  serves: ["green", "✓"],
  builds: ["cyan", "+"],
  limited: ["yellow", "!"],
  missing: ["red", "✗"],
} as const;

/** What was found for each requirement; where that is not all, what is needed below it, and the command that gets it. */
export function doctorLines(diagnoses: readonly Diagnosis[], style: Style): readonly string[] {
  const nameWidth = Math.max(...diagnoses.map(({ requirement }) => requirement.length));
  const missing = diagnoses.filter(({ state }) => state === "missing").length;
  const built = diagnoses.filter(({ state }) => state === "builds").length;
  return [
    "",
    ...diagnoses.flatMap((diagnosis) => diagnosisLines(diagnosis, nameWidth, style)),
    "",
    `  ${missing > 0 ? `${count(missing, "thing")} missing: up fails until the commands above were run.` : verdict(built)}`,
  ];
}

function diagnosisLines(diagnosis: Diagnosis, nameWidth: number, { columns, paint }: Style): readonly string[] {
  const { requirement, state, needed, found, note, fix } = diagnosis;
  const [colour, mark] = MARKS[state];
  const indent = " ".repeat(4 + nameWidth + 2);
  const room = Math.max(30, columns - indent.length);
  const more = [
    ...(state === "serves" ? [] : [`${state === "missing" ? "needs" : "better"}: ${needed}`]),
    ...(note ? [note] : []),
  ];
  const [first = "", ...rest] = [found, ...more].flatMap((text) => wrap(text, room));
  return [
    `  ${paint(colour, mark)} ${paint("bold", requirement.padEnd(nameWidth))}  ${first}`,
    ...rest.map((line) => indent + paint("dim", line)),
    ...(fix ? wrap(fix, room).map((line) => indent + line) : []),
  ];
}

function verdict(built: number): string {
  return built > 0 ? `All is there to begin; up builds ${count(built, "more thing")} by itself.` : "All is there.";
}
