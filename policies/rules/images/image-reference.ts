/** An image's name taken apart, as far as it can be. Nothing is made sure of: see problemOf. */
export interface ImageReference {
  /** With the registry, as it is written. */
  readonly repository: string;
  /** Undefined without a colon; empty after a colon with nothing behind it. */
  readonly tag: string | undefined;
  /** With its algorithm: `sha256:<hex>`. */
  readonly digest: string | undefined;
}

/** A colon before the last slash belongs to the registry's port. */
export function parsed(image: string): ImageReference {
  const at = image.indexOf("@");
  const name = at < 0 ? image : image.slice(0, at);
  const digest = at < 0 ? undefined : image.slice(at + 1);
  const colon = name.indexOf(":", name.lastIndexOf("/") + 1);
  if (colon < 0) return { repository: name, tag: undefined, digest };
  return { repository: name.slice(0, colon), tag: name.slice(colon + 1), digest };
}

/** The algorithms that registries and runtimes know, with the length of what they give, in hexadecimal digits. */
const DIGEST_LENGTHS = new Map([
  ["sha256", 64],
  ["sha384", 96],
  ["sha512", 128],
]);

/** Whether an image is named by its content. Whether the digest is whole, problemOf says. */
export function pinned({ digest = "" }: ImageReference): boolean {
  const [, algorithm = "", hex = ""] = /^(\w+):([0-9a-f]+)$/.exec(digest) ?? [];
  return DIGEST_LENGTHS.has(algorithm) && hex !== "";
}

const REGISTRY = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:]+\])(?::\d+)?$/i;
const PART = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
/** Of a repository's name without its registry, in characters. */
const LONGEST_NAME = 255;

/** Why no runtime can make sense of an image's name, by the grammar that they share; undefined if they can. */
export function problemOf(image: string): string | undefined {
  const { repository, tag, digest } = parsed(image);
  const { registry, path } = split(repository);
  if (image !== image.trim()) return "has spaces around it";
  if (path === "") return "has no repository";
  // A name that no registry has may still be read as a part of the repository.
  if (registry !== undefined && !REGISTRY.test(registry) && !PART.test(registry))
    return `has ${JSON.stringify(registry)} for a registry`;
  if (path !== path.toLowerCase()) return "has capitals in its repository";
  const part = path.split("/").find((one) => !PART.test(one));
  if (part !== undefined) return `has ${JSON.stringify(part)} for a part of its repository`;
  if (path.length > LONGEST_NAME) return `has a repository of more than ${LONGEST_NAME} characters`;
  if (/^[0-9a-f]{64}$/.test(image)) return "looks like the id of an image";
  if (tag !== undefined && !TAG.test(tag))
    return tag === "" ? "has an empty tag" : `has ${JSON.stringify(tag)} for a tag`;
  return digest === undefined ? undefined : digestProblem(digest);
}

function digestProblem(digest: string): string | undefined {
  const [, algorithm = "", hex = ""] = /^([^:]*):(.*)$/s.exec(digest) ?? [];
  const length = DIGEST_LENGTHS.get(algorithm);
  if (length === undefined)
    return `has a digest of ${JSON.stringify(algorithm)}, not ${[...DIGEST_LENGTHS.keys()].join(", ")}`;
  if (/^[0-9a-f]+$/.test(hex) && hex.length === length) return undefined;
  return `has a ${algorithm} digest of ${hex.length} characters, not ${length} hexadecimal digits in small letters`;
}

/** Where images come from that name no registry. */
const DEFAULT_REGISTRY = "docker.io";

/** What is before the first slash is a registry only if it cannot be the name of a person or a team. */
function split(repository: string): { registry: string | undefined; path: string } {
  const slash = repository.indexOf("/");
  const first = repository.slice(0, Math.max(slash, 0));
  const isRegistry = /[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase();
  return isRegistry
    ? { registry: first, path: repository.slice(slash + 1) }
    : { registry: undefined, path: repository };
}

/**
 * Every way to write one and the same image: as it is given, in full, and short where it may be. `nginx` is
 * `docker.io/library/nginx` too.
 */
export function spellings(image: string): string[] {
  const { registry = DEFAULT_REGISTRY, path } = split(parsed(image).repository);
  if (registry !== DEFAULT_REGISTRY && registry !== `index.${DEFAULT_REGISTRY}`) return [image];
  const rest = image.slice(parsed(image).repository.length);
  const short = path.replace(/^library\/(?=[^/]+$)/, "");
  const full = short.includes("/") ? short : `library/${short}`;
  return [...new Set([image, `${DEFAULT_REGISTRY}/${full}${rest}`, `${short}${rest}`])];
}
