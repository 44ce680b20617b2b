import { Namespace } from "../../components/cluster/index.ts";
import { optOut } from "../../components/core/index.ts";
import { Kafka, type KafkaArgs } from "../../components/data/index.ts";
import { Issuer } from "../../components/edge/index.ts";
import { Worker } from "../../components/workload/index.ts";

const zones = ["a", "b", "c"];
const quota = { cpu: "40", memory: "80Gi", pods: 100, storage: "1Ti" } as const;

/** Two Kafkas in one namespace, with controllers of their own and combined, and two workers that share them. Without an operator: our own. */
export function strimziShop(operator: Pick<KafkaArgs, "operator"> = { operator: "strimzi" }): void {
  const shop = new Namespace("shop", { quota });
  const data = new Namespace("shop-data", { quota });
  const issuer = new Issuer("internal", { authority: "private" });
  const store = {
    namespace: data,
    issuer,
    zones,
    ...operator,
    runbooks: "https://runbooks.example.com",
    backup: optOut("each record has three copies and ends with its retention"),
  } as const;
  const kafka = new Kafka("kafka", { ...store, topics: { orders: {}, prices: { compacted: true, partitions: 12 } } });
  const people = new Kafka("people", {
    ...store,
    controllers: "combined",
    dataClass: "personal",
    retention: "30d",
    topics: {
      moved: { retention: "16d" },
      addresses: { compacted: true, tombstones: optOut("orders writes one for who is erased") },
      orders: { dataClass: "internal", retention: "90d" },
    },
  });
  const worker = { namespace: shop, zones, image: "registry.example.com/shop:1.0.0" };
  new Worker("checkout", {
    ...worker,
    uses: [kafka.topic("orders").publish, kafka.topic("prices").consume, people.topic("moved").publish],
  });
  new Worker("mailer", { ...worker, uses: [kafka.topic("orders").consume, people.topic("addresses").consume] });
}
