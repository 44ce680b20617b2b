import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { describe, expect, it } from "vitest";
import { outcomeOf, programCommand } from "./program.ts";

function request(options: Record<string, string | boolean> = {}) {
  const info = new languagePb.ProgramInfo().setRootDirectory("/shop").setProgramDirectory("/shop/stacks");
  info.setEntryPoint("index.ts").setOptions(structPb.Struct.fromJavaScript(options));
  const run = new languagePb.RunRequest().setInfo(info).setProject("shop").setStack("local").setParallel(16);
  run.setMonitorAddress("127.0.0.1:1").setOrganization("organization").setConfigsecretkeysList(["shop:token"]);
  run.getConfigMap().set("shop:token", "s3cr3t").set("shop:plain", "p");
  return run;
}

describe("programCommand", () => {
  it("starts Node on the SDK's runner, with what the engine says of the run", () => {
    const { file, args } = programCommand(request(), "127.0.0.1:2", "/sdk/run.js");
    expect(file).toBe(process.execPath);
    expect(args).toEqual([
      "/sdk/run.js",
      ...["--monitor", "127.0.0.1:1", "--engine", "127.0.0.1:2", "--organization", "organization"],
      ...["--project", "shop", "--stack", "local", "--root-directory", "/shop", "--pwd", "/shop/stacks"],
      ...["--parallel", "16", "index.ts"],
    ]);
  });

  it("says that a run is a preview, and passes the program's own arguments on", () => {
    const run = request().setDryrun(true).setArgsList(["one", "--two"]);
    expect(programCommand(run, "e", "r").args.slice(-4)).toEqual(["--dry-run", "index.ts", "one", "--two"]);
  });

  it("hands configuration over in the environment, and never as an argument", () => {
    const { args, env } = programCommand(request(), "e", "r");
    expect(JSON.parse(env.PULUMI_CONFIG ?? "")).toEqual({ "shop:token": "s3cr3t", "shop:plain": "p" });
    expect(JSON.parse(env.PULUMI_CONFIG_SECRET_KEYS ?? "")).toEqual(["shop:token"]);
    expect(args.join(" ")).not.toMatch(/s3cr3t/);
  });

  it("leaves TypeScript to Node where the project says so, and to ts-node otherwise", () => {
    expect(programCommand(request({ typescript: false }), "e", "r").env.PULUMI_NODEJS_TYPESCRIPT).toBeUndefined();
    const { env } = programCommand(request({ tsconfig: "tsconfig.pulumi.json" }), "e", "r");
    expect(env.PULUMI_NODEJS_TYPESCRIPT).toBe("true");
    expect(env.PULUMI_NODEJS_TSCONFIG_PATH).toBe("tsconfig.pulumi.json");
  });

  it("gives nodeargs to Node itself", () => {
    const { args } = programCommand(request({ nodeargs: "--inspect  --trace-gc" }), "e", "/sdk/run.js");
    expect(args.slice(0, 3)).toEqual(["--inspect", "--trace-gc", "/sdk/run.js"]);
  });
});

describe("outcomeOf", () => {
  it.each([
    [
      { code: 0, signal: null },
      { error: "", bail: false },
    ],
    [
      { code: 32, signal: null },
      { error: "", bail: true },
    ],
    [
      { code: 7, signal: null },
      { error: "Program exited with non-zero exit code: 7", bail: false },
    ],
    [
      { code: null, signal: "SIGKILL" as const },
      { error: "Program exited with signal SIGKILL", bail: false },
    ],
  ])("%j is %j", (ending, outcome) => expect(outcomeOf(ending)).toEqual(outcome));
});
