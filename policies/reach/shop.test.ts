import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { describe, expect, test } from "vitest";
import { ENVIRONMENTS } from "../config/environments.ts";
import { Stack } from "../core/stack.ts";
import { matrixOf } from "./matrix.ts";
import { Network } from "./network.ts";
import type { Pods } from "./policy.ts";
import { spokenPorts } from "./ports.ts";

/** What stacks/index.ts declares of each service with `uses` and `route`, written down here once more and by hand. */
const DECLARED = {
  orders: { postgres: true, cache: false, kafka: true },
  payments: { postgres: false, cache: true, kafka: true },
  inventory: { postgres: true, cache: false, kafka: true },
};
type Store = keyof (typeof DECLARED)["orders"];

/** The pods of each store that services talk to: behind its proxy or pooler, if there is one. */
const FRONT: Record<Store, RegExp> = {
  postgres: /^(Cluster|Pooler) postgres(-pooler)?$/,
  cache: /cache-proxy$/,
  kafka: /kafka-broker|^StatefulSet kafka(-broker)?$|^StatefulSet kafka-combined$/,
};
const PORT = { postgres: "TCP 5432", cache: "TCP 6379", kafka: "TCP 9092" };

describe.each(Object.keys(ENVIRONMENTS))("who reaches whom in %s", (environment) => {
  const file = (ending: string) => join(import.meta.dirname, "../../test/golden", `${environment}.${ending}`);
  const golden = loadAll(readFileSync(file("yaml"), "utf8")) as { type: string; name: string; inputs?: object }[];
  const network = new Network(
    new Stack(golden.map(({ type, name, inputs = {} }) => ({ type, name, props: inputs as Record<string, unknown> }))),
  );
  const edges = network.edges();
  const isService = ({ namespace }: Pods) => namespace === "shop";
  const nameOf = ({ name }: Pods) => name.split(" ")[1] ?? "";

  test("is what its file says (npm run golden:update after a wanted change)", async () => {
    await expect(matrixOf(network)).toMatchFileSnapshot(file("reach.txt"));
  });

  test("a service reaches the stores that it declares, on the port of each, and nothing else", () => {
    const reached = edges
      .filter(({ from, to }) => isService(from) && !isService(to) && to.namespace === "shop-data")
      .map(({ from, to, ports }) => `${nameOf(from)} ${to.name} ${spokenPorts(ports)}`);
    const wanted = Object.entries(DECLARED).flatMap(([service, stores]) =>
      (Object.keys(stores) as Store[]).filter((store) => stores[store]).map((store) => [service, store] as const),
    );
    for (const [service, store] of wanted)
      expect(
        reached.filter(
          (line) => line.startsWith(`${service} `) && FRONT[store].test(line.split(" ").slice(1, 3).join(" ")),
        ),
      ).toEqual([expect.stringMatching(`${PORT[store]}$`)]);
    expect(reached.length).toBe(wanted.length);
  });

  test("services do not reach each other, since none calls another, and only the gateway comes in", () => {
    const come = edges.filter(({ to }) => isService(to));
    expect(come.filter(({ from }) => isService(from))).toEqual([]);
    const api = come.filter(({ ports }) => spokenPorts(ports).includes("8080"));
    expect(new Set(api.map(({ from }) => from.name))).toEqual(new Set(["Gateway gateway"]));
    // Where requests are judged, the gateway's pods ask who judges them.
    const judges = golden.some(({ type }) => type.endsWith(":EnvoyExtensionPolicy")) ? ["request-validation"] : [];
    expect(new Set(api.map(({ to }) => nameOf(to)))).toEqual(new Set([...Object.keys(DECLARED), ...judges]));
  });

  test("no pod is without a policy, in either direction", () => {
    expect(network.doors().filter(({ peer }) => peer.startsWith("anybody, as no policy"))).toEqual([]);
  });
});
