import grpc, { type Server } from "@grpc/grpc-js";

/** The engine's own limit on a message, 400 MiB, for a server and for a client. */
export const LIMITS = {
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
  "grpc.max_send_message_length": 400 * 1024 * 1024,
} as const;

/** Lets a server listen on a free port of the loopback interface, and gives the port. */
export function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );
}
