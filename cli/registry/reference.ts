import { RegistryError } from "./error.ts";

/** An image as a registry is asked for it. */
export interface Reference {
  /** As people name it: `docker.io`, `registry.example.com:5000`. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}

/** What Docker adds where no registry is named, and in that registry where no folder is. */
const DOCKER = "docker.io";
const LIBRARY = "library";

/** The parts of an image's name; nothing if it has a digest already, or no tag. */
export function parseReference(image: string): Reference | undefined {
  const [, name = "", tag = ""] = /^([^@\s]+):([\w][\w.-]{0,127})$/.exec(image) ?? [];
  if (name === "") return undefined;
  const [first = "", ...rest] = name.split("/");
  // As Docker tells a registry from a folder.
  const named = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const registry = named ? first : DOCKER;
  const path = named ? rest : [first, ...rest];
  return {
    registry,
    repository: (registry === DOCKER && path.length === 1 ? [LIBRARY, ...path] : path).join("/"),
    tag,
  };
}

/** Where a registry, or what stands in for it, is asked. */
export interface Endpoint {
  /** `https://registry-1.docker.io`. */
  readonly origin: string;
  readonly repository: string;
}

/**
 * The address of an image's registry, or that of its mirror, by the registry's name; a mirror's path goes before the repository. Throws
 * `RegistryError` if the registry's name can be no address.
 */
export function endpointOf({ registry, repository }: Reference, mirrors: ReadonlyMap<string, URL>): Endpoint {
  const mirror = mirrors.get(registry);
  if (mirror) {
    const folder = mirror.pathname.replaceAll(/^\/+|\/+$/g, "");
    return { origin: mirror.origin, repository: folder === "" ? repository : `${folder}/${repository}` };
  }
  const host = registry === DOCKER ? "registry-1.docker.io" : registry;
  const url = `${isLoopback(host.replace(/:\d+$/, "")) ? "http" : "https"}://${host}`;
  if (!URL.canParse(url))
    throw new RegistryError(`${registry} is no address of a registry: a host, with a port after a colon or without`);
  return { origin: new URL(url).origin, repository };
}

/** Whether a host is this machine, which may be spoken to in clear. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}
