import { expect, test } from "vitest";
import { addressProblems } from "./address.ts";

test.each(["https://logs.example.com", "https://logs.example.com:9200", "https://logs.example.com/api/logs"])(
  "%s is an address outside of the cluster",
  (given) => {
    expect(addressProblems("url", given)).toEqual([]);
  },
);

test("what is no address by TLS is refused, with what is allowed there", () => {
  expect(addressProblems("url", "http://search.data.svc:9200")).toHaveLength(1);
  expect(addressProblems("url", "https://search:0", "an address of the index")).toEqual([
    { field: "url", given: "<something else>", allowed: "an address of the index" },
  ]);
});

test.each(["https://logs:hunter2@example.com", "https://example.com/?key=hunter2", "https://example.com/#hunter2"])(
  "%s is refused, and what is secret in it is not repeated",
  (given) => {
    const [problem] = addressProblems("store.url", given);
    expect(problem?.field).toBe("store.url");
    expect(JSON.stringify(problem)).not.toContain("hunter2");
  },
);
