import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { logger } from "@plumbline-shop/chassis/log";
import { expect, onTestFinished, test, vi } from "vitest";
import { Redis } from "./redis.ts";

const credential = { read: () => "shop" };

test("a connection that falls silent is given up, and another one is made", { timeout: 30_000 }, async () => {
  const connections: Socket[] = [];
  // As a node that is lost: the first connection is open, and nothing comes any more once it is asked.
  const server = createServer((socket) => {
    const isFirst = connections.push(socket) === 1;
    socket.on("data", (data) => {
      const commands = data.toString().split("*").length - 1;
      if (isFirst && data.includes("PING")) return;
      socket.write(data.includes("PING") ? "+PONG\r\n" : "+OK\r\n".repeat(commands));
    });
    socket.on("error", () => {});
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const redis = new Redis(
    { host: "127.0.0.1", port, user: credential, password: credential },
    logger("test", "silent"),
  );
  onTestFinished(async () => {
    await redis.close();
    for (const socket of connections) socket.destroy();
    server.close();
  });
  await expect(redis.check()).rejects.toThrow();
  await vi.waitFor(() => redis.check(), { timeout: 20_000, interval: 500 });
  expect(connections).toHaveLength(2);
});
