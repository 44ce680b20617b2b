import { createServer } from "node:net";

/** A port on loopback that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === "string") throw new Error("the listener has no port");
  return address.port;
}

/** Asks again every 100 ms until the question has an answer; what it throws counts as none. Throws the last reason. */
export async function eventually<Answer>(what: string, seconds: number, ask: () => Promise<Answer>): Promise<Answer> {
  const deadline = Date.now() + seconds * 1_000;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`${what}: not in ${seconds} s`, { cause: error });
    }
    await new Promise((wait) => setTimeout(wait, 100));
  }
}
