import { expect, test } from "vitest";
import { IMAGES, type Image, type ImageName, image } from "../components/images/index.ts";
import { IMAGES as MADE } from "../rehearsal/images/index.ts";

/** Programs that nobody may build here, or whose image is never run in a rehearsal. */
const NOT_MADE: readonly ImageName[] = [
  "awsCli",
  "consul",
  "consulK8s",
  "grafana",
  "jsonExporter",
  "loki",
  "pyroscope",
];

test("the images that a rehearsal makes are those of the catalogue, of the same version", () => {
  const made = new Map(MADE.map(({ reference }) => [reference.replace(/:[^:/]*$/, ""), reference]));
  const entries = Object.entries<Image>(IMAGES) as [ImageName, Image][];
  expect(entries.flatMap(([name, { name: repository }]) => (made.has(repository) ? [] : [name]))).toEqual(NOT_MADE);
  for (const [name, { name: repository }] of entries) expect(made.get(repository) ?? image(name)).toBe(image(name));
});
