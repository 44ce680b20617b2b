import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import type { ImageDescription } from "../../rehearsal/images/index.ts";
import { textFile } from "../../rehearsal/images/oci/entry.ts";
import { writeLayer } from "../../rehearsal/images/oci/layout.ts";
import { type Document, imageDocuments } from "../../rehearsal/images/oci/manifest.ts";
import { unpack } from "./programs.ts";
import { stop } from "./server.ts";

const REGISTRY: ImageDescription = {
  reference: "plumbline.dev/test/registry:1",
  about: "docker-registry",
  layers: [
    { kind: "debian", packages: ["docker-registry"], without: ["adduser", "init-system-helpers", "ca-certificates"] },
  ],
};
const USER = "shop";
const PASSWORD = "open-sesame";
const AUTHORIZATION = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`;
const INDEX = "application/vnd.oci.image.index.v1+json";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

/** The registry that Debian ships, on loopback, which serves one person alone. */
export interface LocalRegistry {
  readonly url: URL;
  /** What `docker login` would have left. */
  readonly dockerConfig: object;
  /** Pushes an image with one file in it, for several architectures if that is asked for. Gives the digest by which it can be had. */
  push(repository: string, tag: string, content: string, architectures?: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

export async function startRegistry(scratch: string): Promise<LocalRegistry> {
  const { environment, root } = await unpack(REGISTRY, join(scratch, "program"));
  const port = await freePort();
  const url = new URL(`http://127.0.0.1:${port}`);
  writeFileSync(join(scratch, "htpasswd"), `${USER}:${hashSync(PASSWORD, 4)}\n`);
  mkdirSync(join(scratch, "data"));
  const config = {
    version: "0.1",
    http: { addr: url.host },
    storage: { filesystem: { rootdirectory: join(scratch, "data") } },
    auth: { htpasswd: { realm: "shop", path: join(scratch, "htpasswd") } },
  };
  writeFileSync(join(scratch, "config.yml"), JSON.stringify(config));
  const log = join(scratch, "registry.log");
  const server = spawn(join(root, "usr/bin/docker-registry"), ["serve", join(scratch, "config.yml")], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [server.stdout, server.stderr]) stream.pipe(createWriteStream(log, { flags: "a" }));
  await serves(url, server, log);
  return {
    url,
    dockerConfig: { auths: { [url.host]: { auth: AUTHORIZATION.replace("Basic ", "") } } },
    push: (...image) => push(url, scratch, ...image),
    stop: () => stop(server),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (typeof address !== "object" || address === null) throw new Error("a server on loopback has no port");
  return address.port;
}

async function serves(url: URL, server: ChildProcess, log: string): Promise<void> {
  for (let tries = 0; server.exitCode === null && tries < 300; tries++) {
    const status = await fetch(new URL("/v2/", url)).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 401) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop(server);
  throw new Error(`the registry does not serve:\n${readFileSync(log, "utf8")}`);
}

async function push(
  url: URL,
  scratch: string,
  repository: string,
  tag: string,
  content: string,
  architectures: readonly string[] = ["amd64"],
): Promise<string> {
  const layer = await writeLayer([textFile("content", content)], join(scratch, "layer"), undefined);
  const description = { reference: `${repository}:${tag}`, about: "content", layers: [] };
  const parts = { layers: [layer], ingredients: [{ name: "content", version: "1" }] };
  const images = architectures.map((architecture) => imageDocuments(description, { ...parts, architecture }));
  await pushBlob(url, repository, layer.digest, readFileSync(layer.file));
  for (const { config } of images) await pushBlob(url, repository, config.digest, Buffer.from(config.text));
  if (images.length === 1) return pushManifest(url, repository, tag, MANIFEST, images[0]?.manifest.text ?? "");
  for (const { manifest } of images) await pushManifest(url, repository, manifest.digest, MANIFEST, manifest.text);
  const manifests = images.map(({ manifest }, at) => described(manifest, architectures[at] ?? ""));
  return pushManifest(url, repository, tag, INDEX, JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
}

function described({ digest, size }: Document, architecture: string) {
  return { mediaType: MANIFEST, digest, size, platform: { architecture, os: "linux" } };
}

async function pushBlob(url: URL, repository: string, digest: string, content: Buffer<ArrayBuffer>): Promise<void> {
  const { location } = await request(new URL(`/v2/${repository}/blobs/uploads/`, url), "POST", 202);
  const to = new URL(location ?? "", url);
  to.searchParams.set("digest", digest);
  await request(to, "PUT", 201, content, "application/octet-stream");
}

async function pushManifest(url: URL, repository: string, as: string, type: string, text: string): Promise<string> {
  const { digest } = await request(
    new URL(`/v2/${repository}/manifests/${as}`, url),
    "PUT",
    201,
    Buffer.from(text),
    type,
  );
  if (digest === null) throw new Error("the registry does not say what it has taken");
  return digest;
}

async function request(
  url: URL,
  method: string,
  wanted: number,
  body?: Buffer<ArrayBuffer>,
  type = "application/json",
) {
  const headers = { authorization: AUTHORIZATION, "content-type": type };
  const response = await fetch(url, { method, headers, ...(body && { body }) });
  const said = await response.text();
  if (response.status !== wanted) throw new Error(`${method} ${url.pathname}: ${response.status} ${said}`);
  return { location: response.headers.get("location"), digest: response.headers.get("docker-content-digest") };
}
