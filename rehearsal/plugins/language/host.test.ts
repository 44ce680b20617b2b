import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import grpc from "@grpc/grpc-js";
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Children } from "./children.ts";
import { languageHost } from "./host.ts";
import { listen } from "./listen.ts";

let server: grpc.Server;
let client: languageGrpc.LanguageRuntimeClient;
let dir: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "host-"));
  server = new grpc.Server();
  const host = languageHost("127.0.0.1:1", { version: "3.259.0" }, new Children());
  server.addService(languageGrpc.LanguageRuntimeService, host);
  const credentials = grpc.credentials.createInsecure();
  client = new languageGrpc.LanguageRuntimeClient(`127.0.0.1:${await listen(server)}`, credentials);
});

afterAll(() => {
  client.close();
  server.forceShutdown();
  rmSync(dir, { recursive: true });
});

const info = () => new languagePb.ProgramInfo().setProgramDirectory(dir).setEntryPoint("index.ts");

describe("languageHost", () => {
  it("says which Node it runs programs with, and that it is not Pulumi's own", async () => {
    const about = await new Promise<languagePb.AboutResponse>((resolve, reject) =>
      client.about(new languagePb.AboutRequest(), (error, response) => (error ? reject(error) : resolve(response))),
    );
    expect(about.getExecutable()).toBe(process.execPath);
    expect(about.getVersion()).toBe(process.version);
    expect(about.getMetadataMap().get("launcher")).toBe("Plumbline's, for @pulumi/pulumi 3.259.0");
  });

  it("says what to do when no SDK is installed for a program", async () => {
    const request = new languagePb.RunRequest().setInfo(info());
    const run = new Promise((resolve, reject) =>
      client.run(request, (error, response) => (error ? reject(error) : resolve(response))),
    );
    await expect(run).rejects.toThrow(`@pulumi/pulumi is not installed for ${dir}: run npm install there`);
  });

  it("says what it does not do, and what to use for it", async () => {
    const pack = new Promise((resolve, reject) =>
      client.pack(new languagePb.PackRequest(), (error, response) => (error ? reject(error) : resolve(response))),
    );
    await expect(pack).rejects.toMatchObject({
      code: grpc.status.UNIMPLEMENTED,
      details: expect.stringMatching(/^packing an SDK is not supported by Plumbline's launcher .* install Pulumi /),
    });
  });

  it("installs with the package manager, and streams what that prints", async () => {
    expect(await install('echo "added $1"; echo "careful" >&2')).toEqual({
      output: `Installing dependencies with npm in ${dir}\nadded install\n`,
      errors: "careful\n",
    });
  });

  it("says which command failed", async () => {
    await expect(install("exit 3")).rejects.toThrow(`npm install --loglevel=error failed in ${dir}`);
  });
});

/** Installs with a stand-in for npm that is this script. */
async function install(script: string): Promise<{ output: string; errors: string }> {
  writeFileSync(join(dir, "package.json"), "{}");
  writeFileSync(join(dir, "npm"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(dir, "npm"), 0o755);
  const { PATH } = process.env;
  process.env.PATH = `${dir}${delimiter}${PATH}`;
  try {
    return await new Promise((resolve, reject) => {
      const seen = { output: "", errors: "" };
      const call = client.installDependencies(new languagePb.InstallDependenciesRequest().setInfo(info()));
      call.on("data", (message: languagePb.InstallDependenciesResponse) => {
        seen.output += Buffer.from(message.getStdout_asU8());
        seen.errors += Buffer.from(message.getStderr_asU8());
      });
      call.on("error", reject);
      call.on("end", () => resolve(seen));
    });
  } finally {
    process.env.PATH = PATH;
  }
}
