import { randomUUID } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runs } from "@plumbline-shop/testing/command";
import { RealProcess } from "@plumbline-shop/testing/process";
import type { ImageDescription } from "../../rehearsal/images/index.ts";
import { isFree } from "../support/ports.ts";
import { type Unpacked, unpack } from "../support/programs.ts";
import type { Container } from "./pod.ts";

/** Owns nothing and is nobody, on every Linux. */
const NOBODY = { uid: 65_534, gid: 65_534 };
/** Where a test runs as root, its servers do not. */
const USER: Partial<typeof NOBODY> = process.getuid?.() === 0 ? NOBODY : {};

/** Why servers of images, on these ports, cannot run here as plain processes; undefined if they can. An image that cannot be made is no reason. */
export async function whyNotPlain(ports: readonly number[]): Promise<string | undefined> {
  if (process.platform !== "linux") return "the programs are for Linux";
  if (!runs("openssl", "version")) return "there is no openssl on PATH";
  if (!runs("apt-get", "--version")) return "images are made of Debian's packages, and there is no apt-get on PATH";
  const [address = ""] = addresses(1);
  for (const port of ports)
    if (!(await isFree(port, address))) return `something listens on port ${port} of every address of this machine`;
  return undefined;
}

/** Addresses of loopback that nobody else uses: a server's ports stay as they are, on an address of its own. */
export function addresses(count: number): string[] {
  const byte = () => 1 + Math.floor(Math.random() * 254);
  const network = `127.${byte()}.${byte()}`;
  return Array.from({ length: count }, (_, index) => `${network}.${index + 1}`);
}

/** A folder with one image's files and what its servers are told, and their processes, none of which is root's. */
export class Ground {
  /** There from {@link take} on: a test that is skipped leaves none. */
  readonly folder = join(tmpdir(), `plumbline-plain-${randomUUID()}`);
  readonly #running: RealProcess[] = [];
  #image: Unpacked | undefined;

  /** Makes the image, if it was not made before, and unpacks it: its programs run here; see {@link unpack}. */
  async take(description: ImageDescription, moved?: readonly string[]): Promise<void> {
    mkdirSync(this.folder);
    chmodSync(this.folder, 0o755);
    this.#image = await unpack(description, join(this.folder, "image"), moved);
  }

  /** Where the image's files are. */
  get root(): string {
    if (!this.#image) throw new Error("no image was taken");
    return this.#image.root;
  }

  /** Lays down what a container mounts. */
  lay({ files, folders }: Pick<Container, "files" | "folders">): void {
    for (const folder of folders) this.makeFolder(folder);
    for (const [path, text] of files) this.write(path, text);
  }

  /** Starts a container's program, which finds what the container mounts. */
  start(container: Container): RealProcess {
    this.lay(container);
    return this.run(container.command, container.environment);
  }

  /** Runs a command in the image's environment. */
  run([program = "", ...words]: readonly string[], environment: Readonly<Record<string, string>>): RealProcess {
    const all = { ...this.#image?.environment, ...environment };
    const started = new RealProcess(program, words, all, { ...USER, cwd: this.folder, detached: true });
    this.#running.push(started);
    return started;
  }

  /** What a command says until its end, on both streams. */
  async said(command: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
    const running = this.run(command, environment);
    await running.exit();
    return running.output.trim();
  }

  /** A file that its servers alone read. */
  write(path: string, text: string): void {
    this.makeFolder(dirname(path));
    rmSync(path, { force: true });
    writeFileSync(path, text);
    chmodSync(path, path.endsWith(".sh") ? 0o500 : 0o400);
    own(path);
  }

  makeFolder(path: string): void {
    if (existsSync(path)) return;
    this.makeFolder(dirname(path));
    mkdirSync(path, { mode: 0o700 });
    own(path);
  }

  async remove(): Promise<void> {
    // With whatever the first of a group left behind.
    for (const each of this.#running) each.signal("SIGKILL");
    await Promise.all(this.#running.map((each) => each.exit()));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function own(path: string): void {
  if (USER.uid !== undefined && USER.gid !== undefined) chownSync(path, USER.uid, USER.gid);
}
