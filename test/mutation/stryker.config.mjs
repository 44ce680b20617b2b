import { fileURLToPath } from "node:url";

/** Breaks the policies in every way that Stryker knows, and asks whether the unit tests notice: `npm run mutate`. */
export default {
  testRunner: "resident",
  // Left out: what only writes files, and the page, which a browser judges (test/report-page.real.test.ts).
  mutate: [
    ...["policies/**/*.ts", "!policies/**/*.test.ts", "!policies/**/testing/**"],
    ...["!policies/**/write.ts", "!policies/report/html/**"],
  ],
  plugins: ["runner.ts", "texts.mjs"].map((file) => fileURLToPath(new URL(file, import.meta.url))),
  ignorers: ["texts"],
  coverageAnalysis: "perTest",
  concurrency: 2,
  ignoreStatic: true,
  // A mutant that hangs: on cores that others use too, a test may take thrice the time that it took before.
  timeoutMS: 10_000,
  timeoutFactor: 3,
  dryRunTimeoutMinutes: 30,
  reporters: ["progress", "clear-text", "json"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: "coverage/mutation.json" },
  incremental: true,
  incrementalFile: "coverage/mutation-incremental.json",
  thresholds: { high: 95, low: 85, break: 85 },
};
