import { defineConfig } from "vitest/config";

/** The unit tests of the policies alone: what judges a mutant. */
export default defineConfig({
  test: { include: ["policies/**/*.test.ts"], exclude: ["**/node_modules/**", "**/*.real.test.ts"] },
});
