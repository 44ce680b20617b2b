import { createHash } from "node:crypto";
import { type ImageDescription, PATH } from "../description.ts";
import type { Ingredient } from "../sources/source.ts";

/** Something that lies in a layout under its digest. */
export interface Blob {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** A small blob that is known as text. */
export interface Document extends Blob {
  readonly text: string;
}

/** The documents of an image: https://github.com/opencontainers/image-spec/blob/v1.1.1/spec.md */
export interface ImageDocuments {
  readonly config: Document;
  readonly manifest: Document;
  readonly index: Document;
}

export interface ImageParts {
  readonly layers: readonly Blob[];
  readonly ingredients: readonly Ingredient[];
  /** In Go's words: `amd64`, `arm64`. */
  readonly architecture: string;
}

const CONFIG = "application/vnd.oci.image.config.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";

/** What describes an image of these layers. The same description and parts give the same digests: nothing has a time. */
export function imageDocuments(
  description: ImageDescription,
  { layers, ingredients, architecture }: ImageParts,
): ImageDocuments {
  const { entrypoint, command, env, user = { uid: 65532, gid: 65532 }, workdir = "/" } = description;
  const config = json({
    architecture,
    os: "linux",
    config: {
      User: `${user.uid}:${user.gid}`,
      Env: Object.entries({ PATH, ...env })
        .map(([name, value]) => `${name}=${value}`)
        .sort(),
      ...(entrypoint && { Entrypoint: entrypoint }),
      ...(command && { Cmd: command }),
      WorkingDir: workdir,
      Labels: imageLabels(description, ingredients),
    },
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: descriptor(CONFIG, config),
    layers: layers.map((layer) => descriptor(LAYER, layer)),
  });
  const index = json({
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: [
      {
        ...descriptor(MANIFEST, manifest),
        // The first is what containerd calls the image by, the second what the specification asks for.
        annotations: {
          "io.containerd.image.name": description.reference,
          "org.opencontainers.image.ref.name": description.reference.replace(/^.*:/, ""),
        },
        platform: { architecture, os: "linux" },
      },
    ],
  });
  return { config, manifest, index };
}

/** What an image says of itself: `ctr images ls`, `crictl inspecti`. */
export function imageLabels(
  { about, reference, standIn }: ImageDescription,
  ingredients: readonly Ingredient[],
): Record<string, string> {
  const subject = ingredients.find(({ name }) => name === about);
  if (!subject)
    throw new Error(
      `the image ${reference} is said to be about ${about}, but holds only ${ingredients.map(({ name }) => name).join(", ")}`,
    );
  return {
    "org.opencontainers.image.description": standIn
      ? `Stands for ${standIn.for}. ${standIn.differs}`
      : "Made for a rehearsal on one machine.",
    "org.opencontainers.image.title": about,
    "org.opencontainers.image.version": subject.version,
    ...(standIn && { "plumbline.dev/differs": standIn.differs }),
    "plumbline.dev/ingredients": ingredients
      .map(({ name, version }) => `${name}=${version}`)
      .sort()
      .join(" "),
    ...(standIn && { "plumbline.dev/stands-for": standIn.for }),
  };
}

function descriptor(mediaType: string, { digest, size }: Blob) {
  return { mediaType, digest, size };
}

function json(value: object): Document {
  const text = JSON.stringify(value);
  return {
    text,
    size: Buffer.byteLength(text),
    digest: `sha256:${createHash("sha256").update(text).digest("hex")}`,
  };
}
