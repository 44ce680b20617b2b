import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { golden, withoutSecrets } from "../components/testing/golden.ts";
import { GENERATED, record } from "../components/testing/record.ts";
import { environmentNames } from "./environment.ts";

describe.each(environmentNames())("%s", (environment) => {
  let recorded: Awaited<ReturnType<typeof record>>;

  beforeAll(async () => {
    vi.resetModules();
    // The SDK writes the path of the ambient kubeconfig into the provider's inputs.
    vi.stubEnv("KUBECONFIG", undefined);
    recorded = await record(environment, () => import("./index.ts"));
  }, 60_000);

  test("asks for the resources of its golden file (npm run golden:update after a wanted change)", async () => {
    await expect(golden(recorded.resources)).toMatchFileSnapshot(`../test/golden/${environment}.yaml`);
  });

  test("shows no password and no digest of one outside of a secret", () => {
    const passwords = recorded.resources
      .filter(({ type }) => type.startsWith("random:"))
      .map(({ name }) => GENERATED + name);
    const digests = passwords.map((password) => createHash("sha256").update(password).digest("hex"));
    const everything = JSON.stringify(recorded.resources);
    const plain = JSON.stringify([recorded.resources.map(({ inputs }) => withoutSecrets(inputs)), recorded.outputs]);
    expect(passwords.length).toBeGreaterThan(5);
    for (const password of passwords) expect(everything).toContain(password);
    expect(digests.some((digest) => everything.includes(digest))).toBe(true);
    for (const hidden of [GENERATED, ...digests]) expect(plain).not.toContain(hidden);
  });
});
