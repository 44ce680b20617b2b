import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { contentKey, moduleDigest } from "./content-key.ts";
import { scratch, writeFiles } from "./testing/scratch.ts";

const inputs = fc.dictionary(fc.string(), fc.string());

it("is the same for the same inputs in any order, and only for them", () => {
  fc.assert(
    fc.property(inputs, inputs, (a, b) => {
      const turned = Object.fromEntries(Object.entries(a).reverse());
      expect(contentKey(turned)).toBe(contentKey(a));
      const isSame = JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
      expect(contentKey(a) === contentKey(b)).toBe(isSame);
    }),
  );
  expect(contentKey({ a: "1" })).toMatch(/^[0-9a-f]{16}$/);
});

it("changes with every file that can change what is built, and with no other", async () => {
  const dir = await scratch();
  await writeFiles(dir, { "go.mod": "module m", "main.go": "package main", "internal/a.go": "package internal" });
  const before = await moduleDigest(dir);
  await writeFiles(dir, { "main_test.go": "x", "README.md": "x", ".swp": "x", "internal/a_test.go": "x" });
  expect(await moduleDigest(dir)).toBe(before);
  for (const path of ["main.go", "internal/a.go", "go.sum", "internal/embedded.yaml"]) {
    const earlier = await moduleDigest(dir);
    await writeFiles(dir, { [path]: "changed" });
    expect(await moduleDigest(dir), path).not.toBe(earlier);
  }
});

it("changes with the modules that stand in for others, and theirs", async () => {
  const dir = await scratch();
  const main = join(dir, "main");
  await writeFiles(dir, {
    "main/go.mod": "module m\n\nreplace (\n\tn => ../lib/n\n\tx => example.com/x v1.0.0\n)\n",
    "lib/n/go.mod": "module n\n\nreplace o => ./o\n",
    "lib/n/n.go": "package n",
    "lib/n/o/go.mod": "module o\n",
  });
  for (const path of ["lib/n/n.go", "lib/n/role.yaml", "lib/n/o/o.go"]) {
    const earlier = await moduleDigest(main);
    await writeFiles(dir, { [path]: "changed" });
    expect(await moduleDigest(main), path).not.toBe(earlier);
  }
  const before = await moduleDigest(main);
  await writeFiles(dir, { "lib/n/n_test.go": "x", "lib/other.go": "x" });
  expect(await moduleDigest(main)).toBe(before);
});
