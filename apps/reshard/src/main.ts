import { readFileSync } from "node:fs";
import { Settings, SettingsError } from "@plumbline-shop/chassis/settings";
import { parseShardMap } from "@plumbline-shop/chassis/shard-map";
import { readShardSettings, type ShardSettings } from "@plumbline-shop/chassis/shards";
import { lookAt, type Options, reshard } from "./reshard.ts";
import { plan } from "./view.ts";

const USAGE = "usage: node main.ts plan|run <relation> [<buckets at once>], such as: plan ledger-shards";

/**
 * `plan` says who keeps what, and what a run would move; `run` moves it. Both read the environment of a relation to a sharded store.
 * Ends with 0 when done, 1 when something is in the way, 2 when it cannot be asked like that.
 */
async function main([command, relation, together = "16", ...rest]: readonly string[]): Promise<number> {
  const size = /^[1-9]\d{0,3}$/.test(together) ? Number(together) : undefined;
  if ((command !== "plan" && command !== "run") || !relation || size === undefined || rest.length > 0)
    return fail(USAGE, 2);
  try {
    const settings = new Settings(process.env);
    const store = readShardSettings(settings, relation.toUpperCase().replaceAll("-", "_"));
    settings.refuseProblems();
    const map = parseShardMap(readFileSync(store.mapFile, "utf8"));
    const options: Options = { access: accessBy(store), together: size, report: tell };
    if (command === "run") {
      await reshard(map, options);
      return 0;
    }
    const found = await lookAt(map, options);
    for (const line of plan(found)) tell(line);
    return found.problems.length > 0 ? 1 : 0;
  } catch (error) {
    return fail((error as Error).message, error instanceof SettingsError ? 2 : 1);
  }
}

/** With the credentials that the files hold at that moment. */
function accessBy({ database, user, password, caFile }: ShardSettings): Options["access"] {
  return ({ name, host, port }) => ({
    name,
    config: () => ({
      host,
      port,
      database,
      user: user.read(),
      password: password.read(),
      ssl: caFile !== undefined && { ca: readFileSync(caFile, "utf8") },
      connectionTimeoutMillis: 5_000,
    }),
  });
}

function tell(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}

function fail(message: string, code: number): number {
  process.stderr.write(`${message}\n`);
  return code;
}

process.exitCode = await main(process.argv.slice(2));
