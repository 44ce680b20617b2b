import type { types } from "@pulumi/kubernetes";
import { checksum } from "../../core/checksum.ts";
import { seconds } from "../../core/duration.ts";
import { labels, selector } from "../../core/labels.ts";
import { reach } from "../../core/network.ts";
import type { Resources } from "../../core/resources.ts";
import { RESTRICTED_CONTAINER } from "../../core/security-context.ts";
import { image } from "../../images/catalogue.ts";
import { dataLabels } from "../declared.ts";
import { environment } from "../environment.ts";
import { runPlan, type Task } from "../task-plan.ts";
import type { CompleteArgs } from "./args.ts";
import { auditedDatabases } from "./audit-args.ts";
import { KEEP_SQL } from "./keeper-sql.ts";
import { type Access, auditorRole, host, loginRole, ownerRole, PORT, podLabels, roleSecret } from "./plan.ts";

/** Part of a Postgres, the label of its pods, and who its logins are of. */
export const KEEPER = "keeper";
/** The schema that is the keeper's, and that no service can change. */
const AUDIT_SCHEMA = "audit";
export const KEEPER_PATHS = {
  files: "/etc/keeper",
  logins: "/var/run/secrets/plumbline/keeper",
  tls: "/etc/keeper-tls",
} as const;
/** Every night, after the eraser's. */
const SCHEDULE = "20 3 * * *";
const HOUR = 3_600;
const RESOURCES: Resources = { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "500m", memory: "128Mi" } };

/**
 * One database does not wait for another that fails; the run has failed if any did. What a database's owner may set for everyone's sessions there,
 * and would stop the keeper by, is said with the connection: it counts before anything is asked.
 */
const KEEP_SH = `#!/bin/bash
set -uo pipefail
code=0
for database in $DATABASES; do
  login="${KEEPER_PATHS.logins}/$database"
  . "${KEEPER_PATHS.files}/$database.env"
  PGUSER="$(cat "$login/username")" PGPASSWORD="$(cat "$login/password")" PGDATABASE="$database" \\
    PGOPTIONS="-c statement_timeout=0 -c default_transaction_read_only=off" \\
    psql --no-psqlrc --quiet --no-password --tuples-only --no-align -v owner="$OWNER" -v auditor="$AUDITOR" -v keep="$KEEP" \\
    --file "${KEEPER_PATHS.files}/keep.sql" 2>&1 | sed -u 's/^.*INFO:  //' ||
    { echo "{\\"keeper\\":\\"failed\\",\\"database\\":\\"$database\\"}"; code=1; }
done
exit $code
`;

export function keeperName(name: string): string {
  return `${name}-${KEEPER}`;
}

/** The logins by which the keeper comes to each database that keeps events. They are members of no role. */
export function keeperLogins(name: string, args: Pick<CompleteArgs, "audit" | "namespace">): Access[] {
  const pods = { namespace: args.namespace.name, podLabels: selector(name, KEEPER), connections: 1 };
  return auditedDatabases(args).map(({ database }) => ({ ...pods, database, right: KEEPER, consumer: KEEPER }));
}

/** The schemas of a database that are the keeper's: the operator makes them, so that it needs no right to the database. */
export function keptSchemas(args: Pick<CompleteArgs, "audit">, database: string) {
  const isKept = auditedDatabases(args).some((one) => one.database === database);
  const owner = loginRole({ consumer: KEEPER, database });
  return isKept ? [{ name: AUDIT_SCHEMA, owner, ensure: "present" as const }] : [];
}

/** Every file of the keeper's ConfigMap. */
export function keeperFiles(args: Pick<CompleteArgs, "audit">): Record<string, string> {
  const each = auditedDatabases(args).map(({ database, keep }) => [
    `${database}.env`,
    `OWNER=${ownerRole(database)} AUDITOR=${auditorRole(database)} KEEP=${seconds(keep)}\n`,
  ]);
  return { "keep.sh": KEEP_SH, "keep.sql": KEEP_SQL, ...Object.fromEntries(each) };
}

/** The keeper reaches the server, and is reached by nobody. */
export function keeperNetworkPlan(name: string, namespace: string): types.input.networking.v1.NetworkPolicySpec {
  return {
    podSelector: { matchLabels: selector(name, KEEPER) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [],
    egress: reach([{ namespace, podLabels: podLabels(name), port: PORT }]),
  };
}

/** Makes places for the months to come, and drops those past their time. */
export function keeperTask(name: string, args: CompleteArgs, authority: string): Task {
  const namespace = args.namespace.name;
  const databases = auditedDatabases(args).map(({ database }) => database);
  const mount = (volume: string, mountPath: string) => ({ name: volume, mountPath, readOnly: true });
  return {
    name: keeperName(name),
    namespace,
    labels: { ...labels(name, KEEPER), ...dataLabels(args) },
    annotations: { "plumbline.dev/keeps-audit-of": `Cluster/${namespace}/${name}` },
    schedule: SCHEDULE,
    deadline: HOUR,
    lateBy: HOUR,
    // The operator makes roles and schemas when the server stands already.
    retries: 6,
    zones: args.zones,
    pod: {
      containers: [
        {
          name: KEEPER,
          image: image("postgresql", args.version),
          command: ["bash", `${KEEPER_PATHS.files}/keep.sh`],
          env: environment({
            DATABASES: databases.join(" "),
            PGHOST: host(name, namespace, "rw"),
            PGPORT: String(PORT),
            PGSSLMODE: "verify-full",
            PGSSLROOTCERT: `${KEEPER_PATHS.tls}/ca.crt`,
            PGCONNECT_TIMEOUT: "10",
          }),
          resources: RESOURCES,
          securityContext: RESTRICTED_CONTAINER,
          volumeMounts: [
            mount("files", KEEPER_PATHS.files),
            mount("logins", KEEPER_PATHS.logins),
            mount("tls", KEEPER_PATHS.tls),
          ],
        },
      ],
      volumes: [
        { name: "files", configMap: { name: keeperName(name) } },
        {
          name: "tls",
          secret: { secretName: authority, items: [{ key: "ca.crt", path: "ca.crt" }], defaultMode: 0o440 },
        },
        {
          name: "logins",
          projected: {
            defaultMode: 0o440,
            sources: databases.map((database) => {
              const items = ["username", "password"].map((key) => ({ key, path: `${database}/${key}` }));
              return { secret: { name: roleSecret(name, { consumer: KEEPER, database }), items } };
            }),
          },
        },
      ],
    },
  };
}

/** The first run, before any service starts. A Job cannot change: another name for it runs it again. */
export function firstRunPlan(task: Task, files: Record<string, string>): types.input.batch.v1.Job {
  const { name, namespace, labels: marked, annotations } = task;
  const spec = runPlan(task);
  const id = checksum({ files, spec }).slice(0, 8);
  return { metadata: { name: `${name}-${id}`, namespace, labels: marked, annotations }, spec };
}
