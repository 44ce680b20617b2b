import type { Namespace } from "../components/cluster/index.ts";
import { optOut } from "../components/core/index.ts";
import { Kafka, Postgres, Redis } from "../components/data/index.ts";
import type { Issuer } from "../components/edge/index.ts";
import { placeOf } from "./environment.ts";
import type { Ground } from "./ground.ts";
import { type Objects, savedTo } from "./objects.ts";

/** What stores in the cluster stand in, who signs their certificates, and where they are backed up to. */
interface House {
  readonly namespace: Namespace;
  readonly issuer: Issuer;
  readonly objects: Objects;
}

// An order names its customer, in its table and on its topic. What inventory keeps of it is the order's id alone, which is about nobody
// once the order is gone.
const ABOUT_PEOPLE = { dataClass: "personal", retention: "365d" } as const;
const ERASURE = { tables: { orders: { orders: { by: "placed_at" } } } } as const;
const DATABASES = ["orders", "inventory"] as const;
const TOPICS = { orders: {}, payments: {} };
const HANDED_ON = optOut(
  "each record has three copies and ends with its retention; what came of it is in the databases",
);

/** The stores of the shop, each in the cluster or on AWS as its environment says. */
export function storesOf(ground: Ground, { namespace, issuer, objects }: House) {
  const { environment, on, placed } = ground;
  const { stores } = environment;
  const kept = { namespace, ...ground.kept };
  const inCluster = { ...kept, ...placed, issuer };
  const isStore = stores.redis.backend === "inCluster" && stores.redis.role === "store";
  const postgres = new Postgres(
    "postgres",
    stores.postgres.backend === "aws"
      ? { ...kept, ...ABOUT_PEOPLE, aws: placeOf(environment), ...stores.postgres, databases: DATABASES }
      : {
          ...inCluster,
          ...ABOUT_PEOPLE,
          ...savedTo(objects, "backups", ground),
          ...stores.postgres,
          databases: DATABASES,
          erasure: ERASURE,
          ...(environment.audit?.events && { audit: { events: environment.audit.events } }),
        },
    on,
  );
  const cache = new Redis(
    "cache",
    stores.redis.backend === "aws"
      ? { ...kept, aws: placeOf(environment), ...stores.redis }
      : { ...inCluster, ...(isStore && savedTo(objects, "snapshots", ground)), ...stores.redis },
    on,
  );
  const kafka = new Kafka(
    "kafka",
    stores.kafka.backend === "aws"
      ? { ...kept, ...ABOUT_PEOPLE, aws: placeOf(environment), ...stores.kafka, topics: TOPICS }
      : { ...inCluster, ...ABOUT_PEOPLE, ...stores.kafka, topics: TOPICS, backup: HANDED_ON },
    on,
  );
  return { postgres, cache, kafka };
}
