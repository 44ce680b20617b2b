import { expect, test } from "vitest";
import { runtimeEnvironment } from "./runtime.ts";

const resources = {
  requests: { cpu: "100m", memory: "512Mi" },
  limits: { cpu: "1500m", memory: "512Mi" },
} as const;

test("three quarters of the memory limit are for the heap", () => {
  expect(runtimeEnvironment("node", resources)).toEqual({ NODE_OPTIONS: "--max-old-space-size=384" });
  expect(runtimeEnvironment("go", resources)).toEqual({ GOMEMLIMIT: "384MiB", GOMAXPROCS: "2" });
  expect(runtimeEnvironment("jvm", resources)).toEqual({ JAVA_TOOL_OPTIONS: "-XX:MaxRAMPercentage=75" });
  expect(runtimeEnvironment("other", resources)).toEqual({});
});
