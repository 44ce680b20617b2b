import type { Field } from "../../core/field.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { someKnown } from "../../core/unknown.ts";

/** Where operators of Redis keep the number of nodes and the disk of each, by `group/kind`. */
const FORMS: Readonly<Record<string, { nodes: readonly string[][]; otherwise: number; disk: readonly string[] }>> = {
  "databases.spotahome.com/RedisFailover": {
    nodes: [
      ["spec", "redis", "replicas"],
      ["spec", "sentinel", "replicas"],
    ],
    otherwise: 3,
    disk: ["spec", "redis", "storage", "persistentVolumeClaim"],
  },
  "redis.redis.opstreelabs.in/RedisReplication": {
    nodes: [["spec", "clusterSize"]],
    otherwise: 1,
    disk: ["spec", "storage", "volumeClaimTemplate"],
  },
  "redis.redis.opstreelabs.in/RedisCluster": {
    nodes: [["spec", "clusterSize"]],
    otherwise: 1,
    disk: ["spec", "storage", "volumeClaimTemplate"],
  },
};

export const redisReplicated = defineRule({
  id: "redis-replicated",
  section: "reliability",
  title: "Redis writes to disk, runs on several nodes, and takes a write only when a replica follows",
  severity: "medium",
  why: "Redis without a disk is empty after a restart, and a primary that nobody follows loses what it took while it was cut off",
  fix: "appendonly yes, min-replicas-to-write 1",
  frameworks: ["ISO-27001-2022:A.8.14"],
  scope: "resource",
  optOut: "replication",
  exemptable: true,
  params: {
    minNodes: {
      type: "integer",
      minimum: 1,
      default: 3,
      description: "How many nodes, and how many sentinels, at least.",
    },
    persistence: { type: "boolean", default: true, description: "Ask that it writes to disk; a pure cache need not." },
    minReplicasToWrite: {
      type: "integer",
      minimum: 0,
      default: 1,
      description: "How many replicas must follow before a write is taken, where a redis.conf says so.",
    },
  },
  subjects: (object) => FORMS[`${object.group}/${object.kind}`] !== undefined || hasConfig(object),
  *check(object, { minNodes, persistence, minReplicasToWrite }) {
    const form = FORMS[`${object.group}/${object.kind}`];
    if (form === undefined) {
      for (const text of configsOf(object)) yield* wrongIn(text, persistence, minReplicasToWrite);
      return;
    }
    for (const path of form.nodes) {
      const field = object.root.at(...path);
      if ((field.number() ?? form.otherwise) < minNodes)
        yield violation(field, `at least ${minNodes}`, { fix: `${path.join(".")}: ${minNodes}` });
    }
    const disk = object.root.at(...form.disk);
    if (persistence && disk.absent)
      yield violation(disk, "a disk for each node", {
        fix: `${form.disk.join(".")}: { spec: { resources: { requests: { storage: 10Gi } } } }`,
      });
  },
});

function* wrongIn(text: Field, persistence: boolean, minReplicasToWrite: number): Generator<Violation> {
  const settings = settingsIn(text.text() ?? "");
  const last = (name: string) => settings.findLast(([key]) => key === name)?.[1];
  // `save ""` takes back what is saved by default.
  const saves = last("save") !== undefined && last("save") !== '""';
  if (persistence && last("appendonly") !== "yes" && !saves)
    yield {
      path: text.path,
      given: "without a log or a snapshot on disk",
      wanted: "appendonly yes",
      fix: "appendonly yes",
    };
  const follow = Number(last("min-replicas-to-write") ?? last("min-slaves-to-write") ?? 0);
  if (follow >= minReplicasToWrite) return;
  const wanted = `min-replicas-to-write of at least ${minReplicasToWrite}`;
  yield {
    path: text.path,
    given: `taking writes with ${follow} replicas`,
    wanted,
    fix: `min-replicas-to-write ${minReplicasToWrite}`,
  };
}

function settingsIn(text: string): [name: string, value: string][] {
  return text.split("\n").flatMap((line) => {
    const [, name, value] = /^\s*([a-z-]+)\s+(.*?)\s*$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as [string, string]];
  });
}

function hasConfig(object: StackObject): boolean {
  if (object.group !== "" || object.kind !== "ConfigMap") return false;
  return someKnown(object.root.at("data").entries(), ([key, text]) => isConfig(key, text));
}

function configsOf(object: StackObject): Field[] {
  const texts = object.root.at("data").entries();
  return texts.filter(([key, text]) => isConfig(key, text)).map(([, text]) => text);
}

/** A whole configuration of a server: it says where it listens. Sentinel's is none. */
function isConfig(key: string, field: Field): boolean {
  return /(?:^|[-_.])(?:redis|valkey)\.conf$/.test(key) && /^\s*(?:port|tls-port|bind|dir)\s/m.test(field.text() ?? "");
}
