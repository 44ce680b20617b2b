import analyzerPb from "@pulumi/pulumi/proto/analyzer_pb.js";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { describe, expect, it } from "vitest";
import { pluginCommand, policyPackCommand } from "./plugin.ts";
import { stackSettings } from "./settings.ts";

const HERE = import.meta.dirname;

function request(options: Record<string, boolean> = {}) {
  const info = new languagePb.ProgramInfo().setProgramDirectory(HERE);
  info.setOptions(structPb.Struct.fromJavaScript(options));
  const run = new languagePb.RunPluginRequest().setInfo(info).setPwd("/elsewhere");
  return run.setArgsList(["--logtostderr", "-v=9", "127.0.0.1:1"]).setEnvList(["A=1", "B=x=y"]);
}

describe("policyPackCommand", () => {
  it("loads a pack without ts-node where it says typescript: false", () => {
    const { args, cwd } = policyPackCommand(request({ typescript: false }), {});
    expect(args).toEqual([`${HERE}/pack.ts`, HERE]);
    expect(cwd).toBe(HERE);
  });

  it("loads any other pack by Pulumi's own runner, with the engine's address and without its flags", () => {
    const { args } = policyPackCommand(request(), {});
    expect(args).toEqual([expect.stringMatching(/cmd\/run-policy-pack\/index\.js$/), "127.0.0.1:1", HERE]);
  });

  it("sets the engine's environment and the stack's settings", () => {
    const { env } = policyPackCommand(request(), { PULUMI_NODEJS_STACK: "local" });
    expect(env).toMatchObject({ A: "1", B: "x=y", PULUMI_NODEJS_STACK: "local" });
  });
});

describe("pluginCommand", () => {
  it("runs a plugin's folder by Pulumi's own runner, with the engine's arguments", () => {
    const { args, cwd } = pluginCommand(request());
    expect(args.slice(1)).toEqual([HERE, "--logtostderr", "-v=9", "127.0.0.1:1"]);
    expect(args[0]).toMatch(/cmd\/run-plugin\/index\.js$/);
    expect(cwd).toBe("/elsewhere");
  });

  it("says what to do where no SDK is installed", () => {
    const run = request();
    run.getInfo()?.setProgramDirectory("/");
    expect(() => pluginCommand(run)).toThrow("@pulumi/pulumi is not installed for /: run npm install there");
  });
});

it("stackSettings tells a pack all that pulumi.getStack() and the like read", () => {
  const configure = new analyzerPb.AnalyzerStackConfigureRequest().setStack("local").setProject("shop").setDryRun(true);
  configure.setConfigSecretKeysList(["shop:token"]).getConfigMap().set("shop:token", "t");
  expect(stackSettings(configure)).toEqual({
    ...{ PULUMI_STACK: "local", PULUMI_PROJECT: "shop", PULUMI_DRY_RUN: "true" },
    ...{ PULUMI_NODEJS_STACK: "local", PULUMI_NODEJS_PROJECT: "shop", PULUMI_NODEJS_DRY_RUN: "true" },
    PULUMI_CONFIG: '{"shop:token":"t"}',
    PULUMI_CONFIG_SECRET_KEYS: '["shop:token"]',
  });
});
