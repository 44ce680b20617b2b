import { createServer } from "node:net";

/** Whether nothing listens on a port of one address at this moment. */
export async function isFree(port: number, address: string): Promise<boolean> {
  const listener = createServer();
  const free = await new Promise<boolean>((answer) => {
    listener.once("error", () => answer(false));
    listener.listen(port, address, () => answer(true));
  });
  if (free) await new Promise((closed) => listener.close(closed));
  return free;
}
