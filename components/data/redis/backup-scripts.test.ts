import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { backupScripts, PATHS } from "./backup-scripts.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "plumbline-redis-scripts-"));
  mkdirSync(join(dir, PATHS.data), { recursive: true });
  put(`${PATHS.account}/password`, "of-a-test");
});
afterEach(() => rmSync(dir, { recursive: true }));

function put(path: string, text: string | Buffer): string {
  const file = join(dir, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o755 });
  return file;
}

function run(program: string, script: keyof typeof backupScripts, environment: Record<string, string>) {
  const text = Object.values(PATHS).reduce((all, path) => all.replaceAll(path, dir + path), backupScripts[script]);
  const env = { PATH: `${join(dir, "bin")}:${process.env.PATH}`, ...environment };
  const { status, stdout, stderr } = spawnSync(program, [put(script, text)], { encoding: "utf8", env });
  return { status, said: stdout + stderr };
}

/** A server whose snapshot is of these bytes. */
function snapshotOf(snapshot: string) {
  const rdb = put("rdb", Buffer.from(snapshot, "latin1"));
  put(
    "bin/redis-cli",
    `#!/bin/sh\ncase "$*" in *--rdb*) cp ${rdb} ${dir}${PATHS.data}/dump.rdb ;; *) echo "master 1" ;; esac\n`,
  );
  put("bin/redis-check-rdb", "#!/bin/sh\necho '[info] 5 keys read'\n");
  return run("sh", "snapshot.sh", { ACCOUNT: "_backup", SERVERS: "one" });
}

test("a snapshot of a part of another is none: it would be the newest", () => {
  const part = snapshotOf("REDIS0012\0\x13plumbline:restoring\x03yes\0\x01a\x01b\xff");
  expect(part).toMatchObject({ status: 1, said: expect.stringContaining("a part of a snapshot") });
  // What only speaks of it, as a value of a service may, is no mark.
  const whole = snapshotOf("REDIS0012\0\x01a\x18see plumbline:restoring\x01b\xff");
  expect(whole).toMatchObject({ status: 0, said: expect.stringMatching(/"redis":"taken".*"keys":5/) });
});

test("only what a backup has put there is fetched, whatever else lies in the folder", () => {
  put(
    "lib/boto3.py",
    `class S3:
    def get_paginator(self, _): return self
    def paginate(self, **_): return [{"Contents": [{"Key": "cache/" + name} for name in ("manual.rdb", "old/20200101T000000Z.rdb")]}]
def client(*_, **__): return S3()
`,
  );
  const environment = {
    PYTHONPATH: join(dir, "lib"),
    BUCKET: "backups",
    FOLDER: "cache",
    ACCESS_KEY_ID_FILE: put("id", "id"),
    SECRET_ACCESS_KEY_FILE: put("secret", "of-a-bucket"),
  };
  const { status, said } = run("python3", "fetch.py", environment);
  expect({ status, said: said.trim() }).toEqual({
    status: 1,
    said: '{"redis": "failed", "why": "there is no snapshot in cache/"}',
  });
});
