import { DEBIAN } from "./debian.ts";
import type { ImageDescription } from "./description.ts";

/** Server, sentinel and client; with the shell and tools that the scripts beside them call; `getent` is of libc-bin. */
export const REDIS: ImageDescription = {
  reference: "docker.io/library/redis:8.2.1",
  about: "redis-server",
  standIn: {
    for: "Redis 8.2.1",
    differs: "It is the Redis that Debian ships (8.0 in Debian 13), without the modules that Redis 8 brings along.",
  },
  layers: [{ kind: "debian", release: DEBIAN, packages: ["redis-server", "dash", "coreutils", "grep", "libc-bin"] }],
  command: ["redis-server"],
  workdir: "/data",
};
