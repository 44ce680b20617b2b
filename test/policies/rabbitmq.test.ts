import { describe, expect, test } from "vitest";
import { Namespace } from "../../components/cluster/index.ts";
import { optOut } from "../../components/core/index.ts";
import { RabbitMQ } from "../../components/data/index.ts";
import { Issuer } from "../../components/edge/index.ts";
import { isSecret, type Recorded, record } from "../../components/testing/record.ts";
import { Worker } from "../../components/workload/index.ts";
import { ENVIRONMENTS, evaluate, packConfig, RULES } from "../../policies/index.ts";

/** What decides this is no input of a resource. */
const BY_OPTIONS = ["hpa-owns-replicas", "stateful-protected"];
/** What decides this stands elsewhere in a stack: who is told is its Monitoring's, what collects logs its Logging, digests its lock. */
const ELSEWHERE = ["critical-alert-pages", "logs-collected", "image-digest-required"];
const ZONES = ["a", "b", "c"];
const quota = { cpu: "20", memory: "40Gi", pods: 100, storage: "100Gi" } as const;

function program() {
  return record("test", () => {
    const shop = new Namespace("shop", { quota });
    const data = new Namespace("shop-data", { quota });
    const issuer = new Issuer("internal", { authority: "private" });
    const broker = new RabbitMQ("broker", {
      namespace: data,
      issuer,
      zones: ZONES,
      queues: { orders: {} },
      runbooks: "https://runbooks.example.com",
      backup: optOut("a message is gone when it was consumed"),
    });
    new Worker("mailer", {
      namespace: shop,
      zones: ZONES,
      image: "registry.example.com/mailer:1.0.0",
      uses: [broker.queue("orders").consume],
    });
  });
}

describe.each(Object.entries(ENVIRONMENTS))("a RabbitMQ in %s", (_, settings) => {
  test("breaks no rule that would stop it, and none that is about its own store", async () => {
    const { resources } = await program();
    const config = packConfig(settings, RULES);
    const params = Object.fromEntries(Object.entries(config).map(([id, { enforcementLevel: _, ...own }]) => [id, own]));
    const left = [...BY_OPTIONS, ...ELSEWHERE];
    const rules = RULES.filter(({ id }) => config[id]?.enforcementLevel !== "disabled" && !left.includes(id));
    const findings = evaluate(resources.map(plain), { rules, params });
    const broken = findings.filter(({ verdict }) => verdict !== "pass");
    const isStopped = ({ rule }: (typeof broken)[number]) => config[rule.id]?.enforcementLevel !== "advisory";
    const isOfStore = ({ object }: (typeof broken)[number]) => object.kind === "RabbitmqCluster";
    expect(findings.filter(isOfStore).length).toBeGreaterThan(0);
    expect(
      broken.filter((one) => isStopped(one) || isOfStore(one)).map(({ rule, object }) => `${rule.id}: ${object.label}`),
    ).toEqual([]);
  });
});

function plain({ type, name, inputs }: Recorded): { type: string; name: string; props: Record<string, unknown> } {
  return { type, name, props: Object.fromEntries(Object.entries(inputs).filter(([, value]) => !isSecret(value))) };
}
