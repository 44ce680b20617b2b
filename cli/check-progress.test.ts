import { expect, test } from "vitest";
import { Progress } from "./check-progress.ts";

function screen(isTTY = true) {
  const written: string[] = [];
  const stream = { isTTY, write: (text: string) => written.push(text) > 0 } as unknown as NodeJS.WriteStream;
  return { written, progress: new Progress(stream, 0) };
}

test("nothing is said within two seconds, nor more than ten times a second after", () => {
  const { written, progress } = screen();
  for (const now of [100, 1_999, 2_000, 2_050, 2_100]) progress.tell(String(now), false, now);
  expect(written).toEqual(["\r\u001b[K2000", "\r\u001b[K2100"]);
});

test("what blocks is said before, unless all went fast so far", () => {
  const { written, progress } = screen();
  progress.tell("at once", true, 400);
  progress.tell("judging", true, 600);
  expect(written).toEqual(["\r\u001b[Kjudging"]);
});

test("the line is taken away, if there is one", () => {
  const { written, progress } = screen();
  progress.clear();
  progress.tell("a", false, 3_000);
  progress.clear();
  progress.clear();
  expect(written).toEqual(["\r\u001b[Ka", "\r\u001b[K"]);
});

test("a file or a pipe is told nothing", () => {
  const { written, progress } = screen(false);
  progress.tell("a", true, 9_000);
  progress.clear();
  expect(written).toEqual([]);
});
