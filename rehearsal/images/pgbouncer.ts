import { DEBIAN } from "./debian.ts";
import type { ImageDescription } from "./description.ts";

/** User and group under which CloudNativePG runs a pooler; PgBouncer lets the manager beside it in by the user's name. */
const USER = { uid: 998, gid: 996 };

/** What CloudNativePG's manager starts in the pods of a Pooler. */
export const PGBOUNCER: ImageDescription = {
  reference: "ghcr.io/cloudnative-pg/pgbouncer:1.24.1",
  about: "pgbouncer",
  standIn: {
    for: "CloudNativePG's image of PgBouncer 1.24.1",
    differs: "It is the PgBouncer that Debian ships (1.24 in Debian 13), without a client beside it.",
  },
  layers: [
    { kind: "debian", release: DEBIAN, packages: ["pgbouncer"], without: ["postgresql-common", "ucf"] },
    {
      kind: "files",
      texts: {
        "/etc/passwd": `root:x:0:0:root:/root:/bin/sh\npgbouncer:x:${USER.uid}:${USER.gid}:PgBouncer:/var/run/pgbouncer:/bin/sh\n`,
        "/etc/group": `root:x:0:\npgbouncer:x:${USER.gid}:\n`,
      },
      // Where the manager looks for it.
      links: { "/usr/bin/pgbouncer": "/usr/sbin/pgbouncer" },
    },
  ],
  user: USER,
};
