import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A line to an API server that can be cut. */
export interface Line {
  /** Path of a kubeconfig that leads over the line. */
  readonly kubeconfig: string;
  /** From now on requests do not arrive, or they do and their answers do not. The line is dead after the first. */
  cut(what: "requests" | "answers"): void;
  close(): Promise<void>;
}

/** A line to the server of a kubeconfig, on loopback. */
export async function cuttableLine(kubeconfig: string): Promise<Line> {
  const text = await readFile(kubeconfig, "utf8");
  const server = new URL(/server: (\S+)/.exec(text)?.[1] ?? "");
  const sockets = new Set<Socket>();
  let lost: "requests" | "answers" | undefined;
  let isDead = false;
  const end = () => {
    isDead = true;
    for (const socket of sockets) socket.destroy();
  };
  const line = createServer((near) => {
    const far = connect(Number(server.port), server.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        near.destroy();
        far.destroy();
      });
    }
    if (isDead) return end();
    near.on("data", (bytes) => (lost === "requests" ? end() : far.write(bytes)));
    far.on("data", (bytes) => (lost === "answers" ? end() : near.write(bytes)));
  });
  await new Promise<void>((resolve) => line.listen(0, "127.0.0.1", resolve));
  const { port } = line.address() as { readonly port: number };
  const folder = await mkdtemp(join(tmpdir(), "plumbline-line-"));
  const path = join(folder, "kubeconfig");
  await writeFile(path, text.replace(server.host, `127.0.0.1:${port}`), { mode: 0o600 });
  return {
    kubeconfig: path,
    cut: (what) => {
      lost = what;
    },
    close: async () => {
      end();
      await new Promise((resolve) => line.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}
