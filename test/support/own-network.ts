import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@plumbline-shop/testing/net";
import { RealProcess } from "@plumbline-shop/testing/process";

/** Why programs cannot have a network and files of their own here; undefined if they can. */
export const whyNoOwnNetwork =
  process.platform !== "linux" || process.getuid?.() !== 0 ? "it needs root on Linux" : undefined;

/** Everything of this machine but `/tmp` and `/certs`, with names, authorities and certificates of the test's own. */
const PREPARE = `
set -e
root="$1/root"
mkdir "$root"
for entry in /*; do
  case "$entry" in /tmp|/certs) continue ;; esac
  if [ -L "$entry" ]; then cp -a "$entry" "$root$entry"
  elif [ -d "$entry" ]; then mkdir "$root$entry"; mount --rbind "$entry" "$root$entry"
  fi
done
mkdir "$root/tmp"
mount --bind "$1/tmp" "$root/tmp"
ln -s "$2" "$root/certs"
mount --bind "$1/hosts" "$root/etc/hosts"
mount --bind "$1/authorities" "$root/etc/ssl/certs/ca-certificates.crt"
ip link set lo up
echo $$ > "$1/holder"
exec sleep infinity
`;

/** Carries bytes between sockets of the two sides: a file in \`/tmp\` is on both. */
const BRIDGE = `
const { createServer, connect } = require("node:net");
for (const [from, to] of JSON.parse(process.argv[1]))
  createServer((one) => {
    const other = connect(to);
    one.pipe(other).pipe(one);
    one.on("error", () => other.destroy()).on("close", () => other.destroy());
    other.on("error", () => one.destroy()).on("close", () => one.destroy());
  }).listen(from);
`;

const MOST_SAID = 4_000;

type End = { readonly path: string } | { readonly host: string; readonly port: number; readonly localAddress?: string };

/** Programs with a network, names and a `/tmp` of their own: their ports are nobody else's, and no one else reaches them. */
export class OwnNetwork {
  readonly #dir: string;
  readonly #running: RealProcess[] = [];
  readonly #root: string;
  #holder = "";

  private constructor(dir: string) {
    this.#dir = dir;
    this.#root = join(dir, "root");
  }

  /** `names` all lead to the loopback address; `authorities`, in PEM, are those that programs trust; `certs` is where `/certs` leads. */
  static async make(names: readonly string[], authorities: string, certs: string): Promise<OwnNetwork> {
    const dir = mkdtempSync(join(tmpdir(), "plumbline-network-"));
    mkdirSync(join(dir, "tmp"));
    writeFileSync(join(dir, "hosts"), `127.0.0.1 localhost ${names.join(" ")}\n`);
    writeFileSync(join(dir, "authorities"), authorities);
    const network = new OwnNetwork(dir);
    const holder = new RealProcess("unshare", ["--net", "--mount", "sh", "-c", PREPARE, "sh", dir, certs]);
    network.#running.push(holder);
    try {
      network.#holder = await eventually(`a network of its own (${holder.output})`, 10, async () =>
        readFileSync(join(dir, "holder"), "utf8").trim(),
      );
    } catch (error) {
      await network.stop();
      throw new Error(holder.output, { cause: error });
    }
    return network;
  }

  /** Where a file of its `/tmp` is for us. */
  path(name: string): string {
    return join(this.#dir, "tmp", name);
  }

  /** The last that each program has said. */
  get said(): string {
    return this.#running.map(({ output }) => output.slice(-MOST_SAID)).join("\n---\n");
  }

  /** Writes a file, and gives its path in there. */
  write(name: string, content: string): string {
    const path = this.path(name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, content);
    return `/tmp/${name}`;
  }

  /** Starts a program; with `files: "ours"` it has the network alone, and sees the files that we see. */
  start(
    command: string,
    words: readonly string[],
    env: Readonly<Record<string, string>> = {},
    files: "own" | "ours" = "own",
  ): RealProcess {
    const of = `/proc/${this.#holder}/ns`;
    const into =
      files === "ours" ? [`--net=${of}/net`] : [`--net=${of}/net`, `--mount=${of}/mnt`, "chroot", this.#root];
    const known = { PATH: process.env.PATH ?? "", HOME: "/tmp", ...env };
    const started = new RealProcess("nsenter", [...into, command, ...words], known);
    this.#running.push(started);
    return started;
  }

  /** Carries what comes to the first of each two on to the second. Waits until it does. */
  async bridge(ways: readonly (readonly [End, End])[]): Promise<void> {
    const bridge = this.start(process.execPath, ["-e", BRIDGE, JSON.stringify(ways)]);
    const files = ways.flatMap(([from]) => ("path" in from ? [from.path.replace(/^\/tmp\//, "")] : []));
    await eventually(`a bridge (${bridge.output})`, 10, async () => {
      for (const file of files) if (!existsSync(this.path(file))) throw new Error(`${file} is not there`);
    });
  }

  /** Ends all that runs in it, the last first. What was mounted was mounted in there alone: here the folders are empty. */
  async stop(): Promise<void> {
    for (const one of [...this.#running].reverse()) await one.stop("SIGKILL");
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
