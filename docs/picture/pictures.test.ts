import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { layoutOf } from "./layout.ts";
import { mermaid } from "./mermaid.ts";
import { modelOf } from "./model.ts";
import { pictures } from "./pictures.ts";
import type { Resource } from "./resource.ts";
import { svg } from "./svg.ts";

function labels(name: string, component?: string) {
  const own = { "app.kubernetes.io/name": name };
  return component ? { ...own, "app.kubernetes.io/component": component } : own;
}

function workload(kind: string, namespace: string, name: string, replicas: number, component?: string): Resource {
  const zones = { key: "topology.kubernetes.io/zone", operator: "In", values: ["b", "a"] };
  const nodeAffinity = {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [zones] }] },
  };
  const metadata = { namespace, name: component ? `${name}-${component}` : name, labels: labels(name, component) };
  const spec = { replicas, template: { spec: { affinity: { nodeAffinity } } } };
  return { type: `kubernetes:apps/v1:${kind}`, name, inputs: { metadata, spec } };
}

const RESOURCES: Resource[] = [
  workload("Deployment", "web", "front", 2),
  workload("StatefulSet", "store", "db", 3, "server"),
  workload("Deployment", "store", "db", 2, "proxy"),
  {
    type: "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
    name: "front",
    inputs: {
      metadata: { namespace: "web", name: "front" },
      spec: { minReplicas: 2, maxReplicas: 9, scaleTargetRef: { name: "front" } },
    },
  },
  {
    type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    name: "front",
    inputs: {
      metadata: { namespace: "web", name: "front" },
      spec: {
        podSelector: { matchLabels: labels("front") },
        egress: [
          {
            to: [
              {
                namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "store" } },
                podSelector: { matchLabels: labels("db") },
              },
            ],
            ports: [{ port: 5432 }, { port: 8000 }],
          },
          { to: [{ ipBlock: { cidr: "10.0.0.0/8" } }], ports: [{ port: 443 }] },
        ],
      },
    },
  },
];

describe("the model", () => {
  it("has the pods of an application together, its range from its autoscaler, and the zones of all", () => {
    const { zones, applications } = modelOf(RESOURCES);
    expect(zones).toEqual(["a", "b"]);
    expect(applications.map(({ id, pods }) => ({ id, pods }))).toEqual([
      { id: "web/front", pods: [{ kind: "Deployment", component: "", min: 2, max: 9 }] },
      {
        id: "store/db",
        pods: [
          { kind: "Deployment", component: "proxy", min: 2, max: 2 },
          { kind: "StatefulSet", component: "server", min: 3, max: 3 },
        ],
      },
    ]);
  });

  it("draws one arrow for the ports that a policy opens, and none to what is not drawn", () => {
    expect(modelOf(RESOURCES).arrows).toEqual([{ from: "web/front", to: "store/db", label: "5432, 8000" }]);
  });
});

describe("the layout", () => {
  it("puts senders left of receivers, all of it on the page, and no card on another", () => {
    const { columns, width, height, paths } = layoutOf(modelOf(RESOURCES));
    expect(columns.map(({ title }) => title)).toEqual(["web", "store"]);
    const cards = columns.flatMap((column) => column.cards);
    for (const card of cards) {
      expect(card.x + card.width).toBeLessThan(width);
      expect(card.y + card.height).toBeLessThan(height);
      const others = cards.filter((other) => other !== card && other.x === card.x);
      for (const other of others)
        expect(other.y >= card.y + card.height || card.y >= other.y + other.height).toBe(true);
    }
    expect(paths.every(({ from, to }) => from[0] < to[0])).toBe(true);
  });
});

describe("the pictures", () => {
  it("escape what they show", () => {
    const [first] = modelOf(RESOURCES).applications;
    if (first === undefined) throw new Error("there is no application");
    const model = { zones: ["a"], entries: [], applications: [{ ...first, name: "<b>&" }], arrows: [] };
    expect(svg(model)).toContain("&lt;b>&amp;</text>");
  });

  it("name every application and arrow in Mermaid", () => {
    const text = mermaid(modelOf(RESOURCES));
    expect(text).toContain('web_front["front<br/>2 to 9 pods"]');
    expect(text).toContain('store_db["db<br/>2 × proxy<br/>3 × server"]');
    expect(text).toContain('web_front -->|"5432, 8000"| store_db');
  });

  it.each(pictures().map(({ path, content }) => [basename(path), path, content]))(
    "of the stack are current: %s (npm run picture draws them anew)",
    (_name, path, content) => {
      expect(existsSync(path)).toBe(true);
      expect(readFileSync(path, "utf8")).toBe(content);
    },
  );
});
