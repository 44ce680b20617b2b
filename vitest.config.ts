import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Tests on real nodes: kubelets and containers in namespaces of this machine. */
const REAL_NODES = [
  "rehearsal/{nodes,faults}/**/*.real.test.ts",
  "test/{calls-pods,kafka,monitoring-pods,object-store,postgres-backup,postgres-failover,postgres-pooler,rabbitmq,redis,response-cache-pods}.real.test.ts",
];
/** What has the machine for itself: the whole stack in containers, and what is measured under load. */
const STACK = ["test/{gateway,local-real,releases}.real.test.ts"];

/** Files that take minutes: whatever runs beside others begins with them. Vitest knows only what it ran before, here. */
const LONGEST = ["interrupt.real", "lifecycle.real", "workload-drills.real", "pack.real", "control.real"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => LONGEST.findIndex((name) => moduleId.includes(`/${name}.`));
    const sorted = await super.sort(files);
    const known = sorted.filter((file) => place(file) >= 0).sort((a, b) => place(a) - place(b));
    return [...known, ...sorted.filter((file) => place(file) < 0)];
  }
}

/** What a container needs to start beside others: what fails once may be the machine's, what fails twice is not. */
const IN_CONTAINERS = { fileParallelism: false, retry: 1, testTimeout: 300_000, hookTimeout: 1_200_000 } as const;

/**
 * Four suites: `unit` needs nothing but npm packages; `real` runs the real engine and the real API server; `nodes` real
 * containers, and `stack` the whole stack in them, where the machine can, and say why where it cannot.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    coverage: {
      provider: "v8",
      include: [
        "cli/**/*.ts",
        "components/**/*.ts",
        "policies/**/*.ts",
        "rehearsal/**/*.ts",
        "stacks/**/*.ts",
        "apps/*/src/**/*.ts",
      ],
      exclude: ["**/*.test.ts"],
      reporter: ["text-summary"],
    },
    projects: [
      {
        test: {
          name: "unit",
          include: ["{bin,cli,components,docs,policies,rehearsal,stacks,apps,test}/**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/*.real.test.ts"],
          // Vitest leaves one for itself, which is half of two.
          maxWorkers: "100%",
          // For what hangs. A busy machine takes ten times as long for a whole stack's resources as an idle one.
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "real",
          include: ["**/*.real.test.ts"],
          globalSetup: ["test/support/ground.ts"],
          exclude: ["**/node_modules/**", "**/.stryker-tmp/**", ...REAL_NODES, ...STACK],
          // Much of their time they wait: for an engine, a cluster, a deadline.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 1_200_000,
        },
      },
      {
        test: {
          name: "nodes",
          include: [...REAL_NODES],
          exclude: ["**/node_modules/**"],
          // Each counts what it leaves on the machine.
          ...IN_CONTAINERS,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "stack",
          include: [...STACK],
          exclude: ["**/node_modules/**"],
          ...IN_CONTAINERS,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
