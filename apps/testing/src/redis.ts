import { randomBytes } from "node:crypto";
import { type Missing, runs } from "./command.ts";
import { eventually, freePort } from "./net.ts";
import { RealProcess } from "./process.ts";
import { Scratch } from "./scratch.ts";

export const redisMissing: Missing = runs("redis-server", "--version")
  ? undefined
  : "there is no redis-server on PATH (apt-get install redis-server)";

/** A real Redis with one user, who may touch the keys of payments alone, as the stack's relations give it to a service. */
export class TestRedis {
  readonly port: number;
  readonly user = "shop";
  readonly password: string;
  readonly #process: RealProcess;
  readonly #scratch: Scratch;

  private constructor(port: number, password: string, server: RealProcess, scratch: Scratch) {
    this.port = port;
    this.password = password;
    this.#process = server;
    this.#scratch = scratch;
  }

  /** On a free port and with a new password, or on those of one that was stopped. */
  static async start(before?: Pick<TestRedis, "port" | "password">): Promise<TestRedis> {
    const scratch = new Scratch();
    const port = before?.port ?? (await freePort());
    const password = before?.password ?? randomBytes(16).toString("hex");
    const settings = [
      `port ${port}`,
      "bind 127.0.0.1",
      `dir ${scratch.directory}`,
      'save ""',
      "user default off",
      `user shop on >${password} ~payments:* resetchannels +@all -@admin -@dangerous -@scripting -scan -randomkey -pubsub`,
    ];
    const server = new RealProcess("redis-server", [scratch.file("redis.conf", settings.join("\n"))]);
    const redis = new TestRedis(port, password, server, scratch);
    await eventually("Redis is ready", 20, async () => {
      if (!server.output.includes("Ready to accept connections")) throw new Error(server.output);
    }).catch((error) => redis.stop().finally(() => Promise.reject(error)));
    return redis;
  }

  async stop(): Promise<void> {
    await this.#process.stop();
    this.#scratch.remove();
  }
}
