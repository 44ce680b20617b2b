import { expect, test } from "vitest";
import { runtimeEnvironment } from "./runtime.ts";

const resources = {
  requests: { cpu: "100m", memory: "512Mi" },
  limits: { cpu: "1500m", memory: "512Mi" },
} as const;

test("three quarters of the memory limit are for the heap", () => {
  expect(runtimeEnvironment("node", resources)).toEqual({ NODE_OPTIONS: "--max-old-space-size=384" });
  expect(runtimeEnvironment("go", resources)).toEqual({ GOMEMLIMIT: "384MiB", GOMAXPROCS: "2" });
  expect(runtimeEnvironment("jvm", resources)).toEqual({
    JAVA_TOOL_OPTIONS: "-XX:MaxRAMPercentage=75 -XX:+ExitOnOutOfMemoryError",
  });
  expect(runtimeEnvironment("other", resources)).toEqual({});
});

test("Go has two threads where it has less than two processors, as it takes by itself since 1.25", () => {
  const small = { ...resources, limits: { cpu: "500m", memory: "512Mi" } } as const;
  expect(runtimeEnvironment("go", small)).toMatchObject({ GOMAXPROCS: "2" });
});
