import { expect, test } from "vitest";
import { addressProblems } from "./address.ts";

const SERVICE = "http://search.data.svc:9200";

test.each(["https://logs.example.com", "https://logs.example.com:9200", "https://logs.example.com/api/logs"])(
  "%s is an address outside of the cluster",
  (given) => {
    expect(addressProblems("url", given)).toEqual([]);
  },
);

test("a Service may be asked over plain http where that is said, and nobody else", () => {
  expect(addressProblems("url", SERVICE, true)).toEqual([]);
  expect(addressProblems("url", SERVICE)).toHaveLength(1);
  expect(addressProblems("url", "http://search.example.com", true)).toHaveLength(1);
});

test.each(["https://logs:hunter2@example.com", "https://example.com/?key=hunter2", "https://example.com/#hunter2"])(
  "%s is refused, and what is secret in it is not repeated",
  (given) => {
    const [problem] = addressProblems("store.url", given, true);
    expect(problem?.field).toBe("store.url");
    expect(JSON.stringify(problem)).not.toContain("hunter2");
  },
);
