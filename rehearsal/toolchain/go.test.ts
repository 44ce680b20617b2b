import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { RehearsalError } from "./error.ts";
import { findGo, goEnvironment, goInstallation, requireGo } from "./go.ts";
import { scratch, writeProgram } from "./testing/scratch.ts";

// Processes start slowly where everything is busy.
vi.setConfig({ testTimeout: 60_000 });

const nowhere: string[] = [];
const fakeGo = (dir: string, script: string) => writeProgram(join(dir, "go"), script);

describe("Go", () => {
  it("is found on PATH, the first that serves", async () => {
    const [a, b, c] = [await scratch(), await scratch(), await scratch()];
    const old = await fakeGo(a, "echo go1.24.4");
    const good = await fakeGo(b, "echo go1.26.3");
    await fakeGo(c, "echo go1.27.0");
    expect(await findGo({ PATH: [a, b, c].join(":") }, nowhere)).toEqual({
      go: { path: good, version: "go1.26.3" },
      refused: [{ path: old, version: "go1.24.4" }],
    });
  });

  it("is found where its installer puts it, when PATH does not say", async () => {
    const dir = await scratch();
    const path = await fakeGo(dir, "echo go1.26.3");
    expect((await findGo({ PATH: "/nowhere" }, [dir])).go?.path).toBe(path);
  });

  it("that is broken is passed over", async () => {
    const [a, b, c] = [await scratch(), await scratch(), await scratch()];
    await fakeGo(a, "exit 1");
    await writeProgram(join(b, "go"), "echo devel +abc");
    const good = await fakeGo(c, "echo go1.26.3");
    expect((await findGo({ PATH: [a, b, c].join(":") }, nowhere)).go?.path).toBe(good);
  });

  it("that is missing is asked for with the commands that get it", async () => {
    const dir = await scratch();
    await fakeGo(dir, "echo go1.19.8");
    const error = await requireGo("pulumi", { PATH: dir }, nowhere).catch((problem: unknown) => problem);
    expect(error).toBeInstanceOf(RehearsalError);
    const { message } = error as RehearsalError;
    expect(message).toContain(`Go 1.26.0 or later is needed to build pulumi; found go1.19.8 at ${join(dir, "go")}.`);
    expect(message).toMatch(/curl -fsSL https:\/\/go\.dev\/dl\/go1\.26\.\d+\.linux-(amd64|arm64)\.tar\.gz \| sudo tar/);
    await expect(requireGo("pulumi", { PATH: "" }, nowhere)).rejects.toThrow("found none");
    expect(goInstallation("darwin")).toContain("brew install go");
  });

  it("runs without C, the user's flags, a workspace, or a download of another Go", () => {
    const env = goEnvironment({
      GOFLAGS: "-mod=vendor",
      GOWORK: "/w",
      CGO_ENABLED: "1",
      GOOS: "plan9",
      GOPROXY: "mine",
    });
    expect(env).toMatchObject({
      GOFLAGS: "-mod=readonly",
      GOWORK: "off",
      CGO_ENABLED: "0",
      GOTOOLCHAIN: "local",
      GOPROXY: "mine",
    });
    expect(env.GOOS).toBe(process.platform);
    expect(goEnvironment({ GOTOOLCHAIN: "go1.26.8+auto" }).GOTOOLCHAIN).toBe("go1.26.8+auto");
  });
});
