import { defineConfig } from "vitest/config";

/** Tests on real nodes: kubelets and containers in namespaces of this machine. */
const REAL_NODES = ["rehearsal/{nodes,faults}/**/*.real.test.ts", "test/local-real.real.test.ts"];

/**
 * Three suites: `unit` needs nothing but npm packages; `real` runs the real engine and the real API server; `nodes` real
 * containers, where the machine can, and says why where it cannot.
 */
export default defineConfig({
  test: {
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
        },
      },
      {
        test: {
          name: "real",
          include: ["**/*.real.test.ts"],
          globalSetup: ["test/support/ground.ts"],
          exclude: ["**/node_modules/**", ...REAL_NODES],
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
          // Each counts what it leaves on the machine, and measures: one at a time, after all others.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          // Containers share two cores with all that rules them: what fails once may be the machine's, what fails twice is not.
          retry: 1,
          testTimeout: 300_000,
          hookTimeout: 1_200_000,
        },
      },
    ],
  },
});
