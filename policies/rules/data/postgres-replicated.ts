import type { Field } from "../../core/field.ts";
import { defineRule, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";

/** How an operator of PostgreSQL is told of instances, and of writes that wait for a second one. */
interface Form {
  readonly instances: { readonly path: string; count(spec: Field): number; fix(count: number): string };
  readonly synchronous: { readonly path: string; isSet(spec: Field): boolean; readonly fix: string };
}

const PATRONI = (path: readonly string[]) => (spec: Field) => spec.at(...path).boolean() === true;

/** Crunchy's and Percona's resources have the same fields. */
const SETS: Form = {
  instances: {
    path: "spec.instances",
    count: (spec) =>
      spec
        .at("instances")
        .items()
        .reduce((sum, set) => sum + (set.at("replicas").number() ?? 1), 0),
    fix: (count) => `spec.instances: [{ replicas: ${count} }]`,
  },
  synchronous: {
    path: "spec.patroni.dynamicConfiguration.synchronous_mode",
    isSet: PATRONI(["patroni", "dynamicConfiguration", "synchronous_mode"]),
    fix: "spec.patroni.dynamicConfiguration.synchronous_mode: true",
  },
};

const FORMS: Readonly<Record<string, Form>> = {
  "postgresql.cnpg.io/Cluster": {
    instances: {
      path: "spec.instances",
      count: (spec) => spec.at("instances").number() ?? 1,
      fix: (count) => `spec.instances: ${count}`,
    },
    synchronous: {
      path: "spec.postgresql.synchronous",
      isSet: (spec) =>
        (spec.at("postgresql", "synchronous", "number").number() ?? 0) > 0 ||
        (spec.at("minSyncReplicas").number() ?? 0) > 0,
      fix: "spec.postgresql.synchronous: { method: any, number: 1 }",
    },
  },
  "acid.zalan.do/postgresql": {
    instances: {
      path: "spec.numberOfInstances",
      count: (spec) => spec.at("numberOfInstances").number() ?? 1,
      fix: (count) => `spec.numberOfInstances: ${count}`,
    },
    synchronous: {
      path: "spec.patroni.synchronous_mode",
      isSet: PATRONI(["patroni", "synchronous_mode"]),
      fix: "spec.patroni.synchronous_mode: true",
    },
  },
  "postgres-operator.crunchydata.com/PostgresCluster": SETS,
  "pgv2.percona.com/PerconaPGCluster": SETS,
};

export const postgresReplicated = defineRule({
  id: "postgres-replicated",
  section: "reliability",
  title: "PostgreSQL runs on several instances, and a write waits for a second one",
  severity: "high",
  why: "a single instance is down with its node; without a second one that has each write, the failover loses the newest",
  fix: "spec.instances: 3, spec.postgresql.synchronous: { method: any, number: 1 }",
  frameworks: ["ISO-27001-2022:A.8.14"],
  scope: "resource",
  optOut: "replication",
  exemptable: true,
  params: {
    minInstances: {
      type: "integer",
      minimum: 1,
      default: 3,
      description: "How many instances there are at least: with three, one may fail and writes still have a second.",
    },
    synchronous: { type: "boolean", default: true, description: "Ask that a write waits for a second instance." },
  },
  subjects: (object) => formOf(object) !== undefined,
  *check(object, { minInstances, synchronous }) {
    const form = formOf(object);
    if (form === undefined) return;
    const spec = object.root.at("spec");
    const waits = synchronous && !form.synchronous.isSet(spec);
    const count = form.instances.count(spec);
    if (count < minInstances)
      yield {
        path: form.instances.path,
        given: String(count),
        wanted: `at least ${minInstances} instances`,
        fix: form.instances.fix(minInstances),
      };
    if (!waits) return;
    const field = object.root.at(...form.synchronous.path.split("."));
    yield violation(field, "a write that waits for a second instance", { fix: form.synchronous.fix });
  },
});

function formOf(object: StackObject): Form | undefined {
  return FORMS[`${object.group}/${object.kind}`];
}
