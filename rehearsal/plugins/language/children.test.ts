import { describe, expect, it } from "vitest";
import { Children, ended, stop } from "./children.ts";

const node = (script: string) => ({ file: process.execPath, args: ["-e", script], env: process.env });
const waiting = 'setInterval(() => {}, 1000); console.log("ready");';
const stubborn = `process.on("SIGINT", () => {}); ${waiting}`;

describe("Children", () => {
  it("tells how a process ended", async () => {
    const children = new Children();
    expect(await ended(children.start(node("process.exit(7)"), "pipe"))).toEqual({ code: 7, signal: null });
  });

  it("rejects when a process cannot be started", async () => {
    const child = new Children().start({ file: "/no/such/file", args: [], env: {} }, "pipe");
    await expect(ended(child)).rejects.toThrow(/ENOENT/);
  });

  it("ends everything that runs, and kills what does not want to end", async () => {
    const children = new Children();
    const endings = [waiting, stubborn].map((script) => {
      const child = children.start(node(script), "pipe");
      const ready = new Promise((resolve) => child.stdout?.once("data", resolve));
      return { ready, ending: ended(child) };
    });
    await Promise.all(endings.map(({ ready }) => ready));
    await children.stopAll();
    expect(await Promise.all(endings.map(({ ending }) => ending))).toEqual([
      { code: null, signal: "SIGINT" },
      { code: null, signal: "SIGKILL" },
    ]);
  });

  it("takes a process that has ended for stopped", async () => {
    const child = new Children().start(node(""), "pipe");
    await ended(child);
    await expect(stop(child)).resolves.toBeUndefined();
  });
});
