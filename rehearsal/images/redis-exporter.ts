import { DEBIAN } from "./debian.ts";
import type { ImageDescription } from "./description.ts";

/** What reads the metrics of a Redis server. */
export const REDIS_EXPORTER: ImageDescription = {
  reference: "docker.io/oliver006/redis_exporter:v1.69.0",
  about: "prometheus-redis-exporter",
  standIn: { for: "Redis exporter 1.69.0", differs: "It is the exporter that Debian ships." },
  layers: [{ kind: "debian", release: DEBIAN, packages: ["prometheus-redis-exporter"] }],
  entrypoint: ["/usr/bin/prometheus-redis-exporter"],
  user: { uid: 59000, gid: 59000 },
};
