import { defineConfig } from "vitest/config";

/** Two suites: `unit` needs nothing but npm packages; `real` runs the real engine and the real API server. */
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
          exclude: ["**/node_modules/**"],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 1_200_000,
        },
      },
    ],
  },
});
