import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { IMAGES, type Image, type ImageName, image, imageTag } from "./catalogue.ts";

const ROOT = join(import.meta.dirname, "../..");
const ENTRIES = Object.entries<Image>(IMAGES) as [ImageName, Image][];

test("an image is named by its repository and its tag, of the catalogue's version or another", () => {
  expect(image("redis")).toBe("docker.io/library/redis:8.2.1");
  expect(image("rabbitmq")).toBe("docker.io/library/rabbitmq:4.1.8-management");
  expect(image("rabbitmq", "4.2.0")).toBe("docker.io/library/rabbitmq:4.2.0-management");
  expect(image("envoy")).toBe("docker.io/envoyproxy/envoy:distroless-v1.39.1");
  expect(imageTag("prometheus")).toBe("v3.6.0");
});

test.each(ENTRIES)(
  "%s has a registry, a fixed version, a licence and a source",
  (name, { source, licence, version }) => {
    expect(image(name)).toMatch(/^[\w.-]+\.[a-z]+(\/[a-z\d._-]+)+:[\w.-]+$/);
    expect(version).toMatch(/^\d+\.\d+(\.\d+)?$/);
    expect(licence).toMatch(/^[\w.-]+( OR [\w.-]+)*$/);
    expect(new URL(source).protocol).toBe("https:");
  },
);

test.each(ENTRIES)("the end of life of %s is a day with who says so, or none named", (_, { endOfLife }) => {
  if (endOfLife === "none named") return;
  expect(new Date(endOfLife.date).toISOString().slice(0, 10)).toBe(endOfLife.date);
  expect(new URL(endOfLife.from).protocol).toBe("https:");
});

test("no other file of components or stacks names an image of somebody else's", () => {
  const files = globSync("{components,stacks}/**/*.{ts,yaml}", { cwd: ROOT });
  const sources = files.filter((file) => !file.endsWith(".test.ts") && file !== "components/images/catalogue.ts");
  const names = ENTRIES.map(([, { name }]) => name);
  const registries = [...new Set(names.map((name) => name.split("/")[0] ?? ""))];
  // A chart in a registry of images is no image.
  const literal = new RegExp(
    `(?<!oci://[\\w.-]*)(${registries.map((each) => each.replaceAll(".", "\\.")).join("|")})/`,
  );
  expect(registries.length).toBeGreaterThan(4);
  expect(literal.test('"docker.io/library/busybox:1"')).toBe(true);
  expect(sources.length).toBeGreaterThan(200);
  expect(sources.filter((file) => literal.test(readFileSync(join(ROOT, file), "utf8")))).toEqual([]);
});
