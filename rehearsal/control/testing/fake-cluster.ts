import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// Stands in for the cluster binary where a test is about its control: it keeps the binary's contract for files, events
// and signals, and misbehaves as FAKE_CLUSTER says: "" | "fails" | "dies" | "deaf" | "hangs" | "waits" (for a file `go`) | "pends" (until then).
const mode = process.env.FAKE_CLUSTER ?? "";
const dir = process.argv[process.argv.indexOf("--dir") + 1] ?? "";
const stat = readFileSync("/proc/self/stat", "utf8");
const status = {
  pid: process.pid,
  bootId: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
  processStart: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]),
  startedAt: new Date().toISOString(),
  ports: { apiserver: 1 },
  server: "https://127.0.0.1:1",
  kubeconfig: join(dir, "kubeconfig"),
  version: "v1.36.3",
};
const say = (event: object) => process.stdout.write(`${JSON.stringify({ ...event, elapsedMs: 1 })}\n`);
const be = (phase: string, more: { error?: string; pending?: boolean } = {}) =>
  writeFileSync(join(dir, "status.json"), JSON.stringify({ ...status, phase, ...more }));

process.on("SIGTERM", () => mode !== "deaf" && process.exit());
setInterval(() => {}, 1_000);
if (mode === "dies") {
  process.stderr.write("panic: out of luck\n");
  process.exit(2);
}
be("starting");
say({ event: "step", step: "etcd" });
if (mode === "fails") {
  say({ event: "failed", step: "apiserver", error: "the port is taken" });
  be("failed", { error: "the port is taken" });
  process.exit(1);
}
const beReady = () => {
  be("ready");
  say({ event: "ready" });
};
if (mode === "pends") be("ready", { pending: true });
if (mode === "waits" || mode === "pends") {
  const looking = setInterval(() => {
    if (!existsSync(join(dir, "go"))) return;
    clearInterval(looking);
    beReady();
  }, 10);
} else if (mode !== "hangs") beReady();
