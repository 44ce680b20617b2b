import { DEBIAN } from "./debian.ts";
import type { ImageDescription } from "./description.ts";

/** User and group under which CloudNativePG runs every instance. */
const POSTGRES = { uid: 26, gid: 26 };
const VERSION = "17";

/**
 * An instance's image, as CloudNativePG's manager needs it: server and tools of one major version, on PATH. The operator
 * goes by the major version of the tag and writes settings for it, so that the tag must name the version that is inside.
 */
export const POSTGRESQL: ImageDescription = {
  reference: "ghcr.io/cloudnative-pg/postgresql:17.5",
  about: `postgresql-${VERSION}`,
  standIn: {
    for: "CloudNativePG's image of PostgreSQL 17.5",
    differs:
      "It is the PostgreSQL 17 that Debian ships, in its latest minor version; without Barman and compiled queries.",
  },
  layers: [
    {
      kind: "debian",
      release: DEBIAN,
      // The server hands commands to a shell; its locale C.UTF-8 lies in libc-bin.
      packages: [
        `postgresql-${VERSION}`,
        `postgresql-${VERSION}-pgaudit`,
        "tzdata",
        "libc-bin",
        "bash",
        "dash",
        "coreutils",
        "grep",
        "sed",
      ],
      without: ["locales", "openssl", "postgresql-client-common", "postgresql-common", "ssl-cert"],
    },
    {
      kind: "files",
      texts: {
        "/etc/passwd": `root:x:0:0:root:/root:/bin/sh\npostgres:x:${POSTGRES.uid}:${POSTGRES.gid}:PostgreSQL:/var/lib/postgresql:/bin/sh\n`,
        "/etc/group": `root:x:0:\npostgres:x:${POSTGRES.gid}:\n`,
      },
      // Debian's list of time zones points here; its scripts would make it.
      links: { "/etc/localtime": "/usr/share/zoneinfo/Etc/UTC" },
      shared: ["/tmp", "/var/lib/postgresql", "/var/run/postgresql"],
    },
  ],
  env: {
    LANG: "C.UTF-8",
    PATH: `/usr/lib/postgresql/${VERSION}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
  },
  user: POSTGRES,
};
