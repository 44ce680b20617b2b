import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually, freePort } from "@plumbline-shop/testing/net";
import * as pulumi from "@pulumi/pulumi";
import { RealProcess } from "../../apps/testing/src/process.ts";
import type { Namespace } from "../../components/cluster/index.ts";
import type { Access } from "../../components/data/postgres/plan.ts";
import { completePooler, type PoolerArgs } from "../../components/data/postgres/pooler-args.ts";
import { ASKER, poolerHbaPlan, poolerPlan } from "../../components/data/postgres/pooler-plan.ts";
import { PGBOUNCER } from "../../rehearsal/images/pgbouncer.ts";
import { signed } from "./certificates.ts";
import { unpackedImage } from "./unpacked-image.ts";

/** A PostgreSQL of this machine, and the password of the role by which the pooler asks it for those of others. */
export interface Behind {
  readonly port: number;
  readonly password: string;
}

/** What CloudNativePG adds to a pooler's rules, and says of what clients ask for at their start. */
const ADDED = ["host all all 0.0.0.0/0 md5", "host all all ::/0 md5"];
const IGNORED = "extra_float_digits,options";

/** The real PgBouncer with what a pooler's plan says, as CloudNativePG writes it down, before a PostgreSQL of this machine. */
export class LocalPooler {
  readonly port: number;
  /** Whoever signed its certificate, in PEM. */
  readonly ca: string;
  readonly #process: RealProcess;
  readonly #folder: string;

  private constructor(port: number, ca: string, bouncer: RealProcess, folder: string) {
    this.port = port;
    this.ca = ca;
    this.#process = bouncer;
    this.#folder = folder;
  }

  static async start(behind: Behind, args: PoolerArgs, accesses: readonly Access[]): Promise<LocalPooler> {
    const folder = mkdtempSync(join(tmpdir(), "plumbline-pooler-"));
    chmodSync(folder, 0o755);
    const { root } = await unpackedImage(PGBOUNCER.reference, folder);
    const { ca, certificates } = signed([{ names: ["IP:127.0.0.1"] }]);
    const port = await freePort();
    const place = { namespace: { name: "data" } as Namespace, zones: ["a", "b", "c"] };
    const plan = poolerPlan("postgres", place, completePooler(args, place.zones), pulumi.output([]));
    const { poolMode, parameters, authQuery } = plan.spec.pgbouncer;
    const settings = {
      ...parameters,
      pool_mode: poolMode,
      listen_addr: "127.0.0.1",
      listen_port: String(port),
      unix_socket_dir: "",
      ignore_startup_parameters: IGNORED,
      auth_type: "hba",
      auth_hba_file: "/conf/hba",
      auth_file: "/conf/users",
      auth_user: ASKER,
      auth_query: authQuery,
      client_tls_sslmode: "prefer",
      client_tls_ca_file: "/conf/ca.crt",
      client_tls_cert_file: "/conf/tls.crt",
      client_tls_key_file: "/conf/tls.key",
    };
    const ini = [
      "[databases]",
      `* = host=127.0.0.1 port=${behind.port}`,
      "[pgbouncer]",
      ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
    ];
    const files = {
      "pgbouncer.ini": ini.join("\n"),
      hba: [...poolerHbaPlan(accesses), ...ADDED].join("\n"),
      users: `"${ASKER}" "${behind.password}"`,
      "ca.crt": ca,
      "tls.crt": certificates[0]?.certificate ?? "",
      "tls.key": certificates[0]?.key ?? "",
    };
    mkdirSync(join(root, "conf"));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, "conf", name), `${text}\n`);
    const { uid, gid } = PGBOUNCER.user ?? {};
    const bouncer = new RealProcess("chroot", [
      `--userspec=${uid}:${gid}`,
      root,
      "/usr/bin/pgbouncer",
      "/conf/pgbouncer.ini",
    ]);
    const pooler = new LocalPooler(port, ca, bouncer, folder);
    await eventually("PgBouncer listens", 20, async () => {
      if (bouncer.hasExited || !bouncer.output.includes("process up")) throw new Error(bouncer.output);
    });
    return pooler;
  }

  async stop(): Promise<void> {
    await this.#process.stop("SIGKILL");
    rmSync(this.#folder, { recursive: true });
  }
}
