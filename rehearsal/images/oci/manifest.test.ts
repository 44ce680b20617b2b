import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { ImageDescription } from "../description.ts";
import { imageDocuments, imageLabels } from "./manifest.ts";

const description: ImageDescription = {
  reference: "registry.example.com:5000/library/thing:1.2.3",
  about: "thing-server",
  standIn: { for: "Thing 1.2.3", differs: "It is older." },
  layers: [],
  command: ["thing"],
  env: { B: "2", A: "1" },
  user: { uid: 26, gid: 27 },
};
const ingredients = [
  { name: "thing-server", version: "1.1-3" },
  { name: "libc6", version: "2.36" },
];
const parts = { layers: [{ digest: `sha256:${"a".repeat(64)}`, size: 7 }], ingredients, architecture: "amd64" };

describe("an image's documents", () => {
  const { config, manifest, index } = imageDocuments(description, parts);

  it("name each other by digest and size", () => {
    for (const { text, digest, size } of [config, manifest, index]) {
      expect(digest).toBe(`sha256:${createHash("sha256").update(text).digest("hex")}`);
      expect(size).toBe(Buffer.byteLength(text));
    }
    expect(JSON.parse(index.text).manifests[0]).toMatchObject({ digest: manifest.digest, size: manifest.size });
    expect(JSON.parse(manifest.text).config).toMatchObject({ digest: config.digest, size: config.size });
    expect(JSON.parse(manifest.text).layers).toEqual([
      { mediaType: "application/vnd.oci.image.layer.v1.tar", ...parts.layers[0] },
    ]);
    expect(JSON.parse(config.text).rootfs).toEqual({ type: "layers", diff_ids: [parts.layers[0]?.digest] });
  });

  it("carry the name that manifests ask for", () => {
    expect(JSON.parse(index.text).manifests[0].annotations).toEqual({
      "io.containerd.image.name": "registry.example.com:5000/library/thing:1.2.3",
      "org.opencontainers.image.ref.name": "1.2.3",
    });
  });

  it("say how the image starts", () => {
    const { Labels, ...rest } = JSON.parse(config.text).config;
    expect(rest).toEqual({
      User: "26:27",
      Env: ["A=1", "B=2", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      Cmd: ["thing"],
      WorkingDir: "/",
    });
  });

  it("are not root's unless they say so, and have no time", () => {
    const { user: _, ...plain } = description;
    const { text } = imageDocuments(plain, parts).config;
    expect(JSON.parse(text).config.User).toBe("65532:65532");
    expect(text).not.toMatch(/created|\d{4}-\d{2}-\d{2}/);
  });

  it("are the same whatever the order of ingredients and environment", () => {
    const turned = { ...description, env: { A: "1", B: "2" } };
    const again = imageDocuments(turned, { ...parts, ingredients: ingredients.toReversed() });
    expect(again.manifest.digest).toBe(manifest.digest);
  });
});

describe("labels", () => {
  it("say what a stand-in stands for, how it differs, and what it holds in which version", () => {
    expect(imageLabels(description, ingredients)).toEqual({
      "org.opencontainers.image.description": "Stands for Thing 1.2.3. It is older.",
      "org.opencontainers.image.title": "thing-server",
      "org.opencontainers.image.version": "1.1-3",
      "plumbline.dev/differs": "It is older.",
      "plumbline.dev/ingredients": "libc6=2.36 thing-server=1.1-3",
      "plumbline.dev/stands-for": "Thing 1.2.3",
    });
  });

  it("of an image that is itself name nothing else", () => {
    const { standIn: _, ...itself } = description;
    expect(Object.keys(imageLabels(itself, ingredients)).filter((name) => /stands|differs/.test(name))).toEqual([]);
  });

  it("cannot be about something that is not in the image", () => {
    expect(() => imageLabels({ ...description, about: "thing" }, ingredients)).toThrow(
      "the image registry.example.com:5000/library/thing:1.2.3 is said to be about thing, but holds only thing-server, libc6",
    );
  });
});
