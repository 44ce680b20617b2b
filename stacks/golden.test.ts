import { createHash } from "node:crypto";
import { dump } from "js-yaml";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { GENERATED, isSecret, type Recorded, record } from "../components/testing/record.ts";
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

/** Every resource in an order that does not depend on timing, secrets left out. */
function golden(resources: readonly Recorded[]): string {
  const key = ({ type, name }: Recorded) => `${type} ${name}`;
  const sorted = [...resources].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const documents = sorted.map(({ type, name, inputs }) => ({ type, name, inputs: withoutSecrets(inputs) }));
  return documents
    .map((document) => `---\n${dump(document, { sortKeys: true, lineWidth: 120, noRefs: true })}`)
    .join("");
}

function withoutSecrets(value: unknown): unknown {
  if (isSecret(value)) return "<secret>";
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withoutSecrets(entry)]));
}
