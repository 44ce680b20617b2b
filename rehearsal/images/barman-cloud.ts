import { join } from "node:path";
import { DEBIAN } from "./debian.ts";
import type { ImageDescription } from "./description.ts";
import type { GoSource } from "./sources/go.ts";
import type { PyPiSource } from "./sources/pypi.ts";

const VERSION = "v0.14.0";

/** One program is both: what CloudNativePG calls, and what runs beside each instance. */
const MANAGER: GoSource = {
  kind: "go",
  tool: {
    name: "barman-cloud",
    version: VERSION.replace("v", ""),
    moduleDir: join(import.meta.dirname, "barman-cloud"),
    package: "github.com/cloudnative-pg/plugin-barman-cloud/cmd/manager",
    ldflags: [],
    smoke: ["--help"],
    links: [],
  },
  to: "/manager",
};
const BUILD = "Built from the same sources, for this machine's architecture alone.";

/** The plugin that CloudNativePG calls for backups. */
export const BARMAN_CLOUD: ImageDescription = {
  reference: `ghcr.io/cloudnative-pg/plugin-barman-cloud:${VERSION}`,
  about: "barman-cloud",
  standIn: { for: `the Barman Cloud plugin ${VERSION}`, differs: BUILD },
  layers: [MANAGER],
  entrypoint: ["/manager"],
};

/** Where Debian's Python looks for packages. */
const PACKAGES = "/usr/lib/python3/dist-packages";
/** Of Debian's release that the image is made of. */
const PYTHON = "3.13";
const BARMAN = "3.19.1";
/** Barman's own programs, and the module behind each: its wheel names them, and pip would write them. */
const PROGRAMS = {
  "barman-cloud-backup": "cloud_backup",
  "barman-cloud-backup-delete": "cloud_backup_delete",
  "barman-cloud-backup-keep": "cloud_backup_keep",
  "barman-cloud-backup-list": "cloud_backup_list",
  "barman-cloud-backup-show": "cloud_backup_show",
  "barman-cloud-check-wal-archive": "cloud_check_wal_archive",
  "barman-cloud-restore": "cloud_restore",
  "barman-cloud-wal-archive": "cloud_walarchive",
  "barman-cloud-wal-restore": "cloud_walrestore",
} as const;

/** The plugin's part beside each instance, with Barman's own programs. */
export const BARMAN_CLOUD_SIDECAR: ImageDescription = {
  reference: `ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:${VERSION}`,
  about: "barman-cloud",
  standIn: {
    for: `the sidecar of the Barman Cloud plugin ${VERSION}`,
    differs: `${BUILD} Barman is the same ${BARMAN}; Python and what Barman stands on are Debian's, with a shell beside them, for S3 and compression by gzip, bzip2 and snappy alone.`,
  },
  layers: [
    {
      kind: "debian",
      release: DEBIAN,
      packages: ["python3-boto3", "python3-psycopg2", "python3-dateutil", "tar", "libc-bin", "dash", "coreutils"],
    },
    python("barman", BARMAN, "barman", {
      any: wheel("any", "0a6a9e1babf97687732d8b2a3eb79ea95d55246a5257b9433865cb6e755221c0"),
    }),
    python("python-snappy", "0.7.3", "snappy", {
      any: wheel("any", "074c0636cfcd97e7251330f428064050ac81a52c62ed884fc2ddebbb60ed7f50"),
    }),
    python("cramjam", "2.11.0", "cramjam", {
      amd64: wheel("manylinux2014_x86_64", "7d9aecd5c3845d415bd6c9957c93de8d93097e269137c2ecb0e5a5256374bdc8"),
      arm64: wheel("manylinux2014_aarch64", "df7da3f4b19e3078f9635f132d31b0a8196accb2576e3213ddd7a77f93317c20"),
    }),
    MANAGER,
    {
      kind: "files",
      texts: {
        "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\npostgres:x:26:26:PostgreSQL:/var/lib/postgresql:/bin/sh\n",
        "/etc/group": "root:x:0:\npostgres:x:26:\n",
      },
      programs: Object.fromEntries(
        Object.entries(PROGRAMS).map(([program, module]) => [
          `/usr/bin/${program}`,
          `#!/usr/bin/python3\nimport sys\nfrom barman.clients.${module} import main\nsys.exit(main())\n`,
        ]),
      ),
      // Debian's scripts put all authorities into this file, and boto3 does not start without it. One is enough for that.
      links: { "/etc/ssl/certs/ca-certificates.crt": "/usr/share/ca-certificates/mozilla/ISRG_Root_X1.crt" },
    },
  ],
  // Debian compiles modules when it installs them; here the first start does, in the one place that can be written to.
  env: { LANG: "C.UTF-8", PYTHONPYCACHEPREFIX: "/controller/pycache" },
  entrypoint: ["/manager"],
  user: { uid: 26, gid: 26 },
};

function python(project: string, version: string, folder: string, wheels: PyPiSource["wheels"]): PyPiSource {
  return { kind: "pypi", project, version, wheels, program: folder, to: `${PACKAGES}/${folder}` };
}

function wheel(platform: string, sha256: string): PyPiSource["wheels"][string] {
  return { platform, python: PYTHON, sha256 };
}
