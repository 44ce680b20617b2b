import { createHash } from "node:crypto";
import { parseChallenge } from "./challenge.ts";
import type { Credentials, FindCredentials } from "./credentials.ts";
import { RegistryError } from "./error.ts";
import { type Endpoint, endpointOf, isLoopback, type Reference } from "./reference.ts";

export interface Resolved {
  /** Of the bytes that the registry gave: `sha256:…`. */
  readonly digest: string;
  readonly mediaType: string;
}

export interface RegistryOptions {
  /** What is asked in a registry's place, by that registry's name. */
  readonly mirrors: ReadonlyMap<string, URL>;
  readonly credentials: FindCredentials;
  readonly signal: AbortSignal;
}

/** An index, of images for several architectures, and a single image; each as OCI and as Docker call it. */
const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];
/** The specification has registries take manifests up to this size. A token is far smaller. */
const MOST_BYTES = 4 * 2 ** 20;
const TIMEOUT_MS = 30_000;

/** Asks registries what tags mean, by the OCI distribution specification 1.1. It reads manifests, and nothing else. */
export class RegistryClient {
  readonly #options: RegistryOptions;
  /** What to say of who asks, by registry and repository. */
  readonly #authorizations = new Map<string, string>();

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  /** What a tag means now: the digest is worked out from the manifest itself. An index is not looked into. */
  async resolve(reference: Reference): Promise<Resolved> {
    const response = await this.#ask("GET", reference);
    const mediaType = (response.headers.get("content-type") ?? "").replace(/;.*$/, "").trim();
    if (!MANIFESTS.includes(mediaType)) {
      await response.body?.cancel();
      throw wrong(reference, `answered with ${mediaType || "something of no type"}, which is no manifest`);
    }
    const digest = `sha256:${createHash("sha256")
      .update(await this.#content(response, reference, "manifest"))
      .digest("hex")}`;
    const said = response.headers.get("docker-content-digest");
    if (said?.startsWith("sha256:") && said !== digest)
      throw wrong(reference, `said ${said}, and sent ${digest}: what it sends is not what it says`);
    return { digest, mediaType };
  }

  /** What a registry says that a tag means now. Docker's own counts that as no download; it is taken on trust. */
  async digestOf(reference: Reference): Promise<string> {
    const response = await this.#ask("HEAD", reference);
    const said = response.headers.get("docker-content-digest") ?? "";
    // What else it may say, by another algorithm too, cannot be held against what is locked.
    return /^sha256:[0-9a-f]{64}$/.test(said) ? said : (await this.resolve(reference)).digest;
  }

  async #content(response: Response, reference: Reference, what: "manifest" | "token"): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const chunk of response.body ?? []) {
        size += chunk.length;
        if (size > MOST_BYTES)
          throw wrong(reference, `sent more than ${MOST_BYTES / 2 ** 20} MiB, which no ${what} has`);
        chunks.push(chunk);
      }
    } catch (error) {
      if (error instanceof RegistryError) throw error;
      throw this.#unreachable(reference, error);
    }
    return Buffer.concat(chunks);
  }

  async #ask(method: "GET" | "HEAD", reference: Reference): Promise<Response> {
    const endpoint = endpointOf(reference, this.#options.mirrors);
    const key = `${endpoint.origin}/${endpoint.repository}`;
    const url = `${endpoint.origin}/v2/${endpoint.repository}/manifests/${reference.tag}`;
    const once = () => this.#fetch(reference, url, { method, headers: this.#headers(key) });
    let response = await once();
    if (response.status === 401) {
      await response.body?.cancel();
      const authorization = await this.#authorize(reference, endpoint, response.headers.get("www-authenticate") ?? "");
      this.#authorizations.set(key, authorization);
      response = await once();
    }
    if (response.ok) return response;
    await response.body?.cancel();
    throw wrong(reference, REFUSALS[response.status] ?? `answered with status ${response.status}`);
  }

  #headers(key: string): Record<string, string> {
    const authorization = this.#authorizations.get(key);
    return { accept: MANIFESTS.join(", "), ...(authorization && { authorization }) };
  }

  /** What to say of who asks: a name and password, or the token that they are good for, or that nobody in particular gets. */
  async #authorize(reference: Reference, { origin, repository }: Endpoint, header: string): Promise<string> {
    const challenge = parseChallenge(header);
    const credentials = await this.#options.credentials(new URL(origin).host);
    if (challenge?.scheme === "basic" && credentials) {
      if (isInClear(new URL(origin)))
        throw wrong(reference, `wants a name and password in clear, at ${origin}: they are given over https alone`);
      return basic(credentials);
    }
    if (challenge?.scheme !== "bearer") throw wrong(reference, REFUSALS[401] ?? "");
    const { realm, service } = challenge;
    // A token that was given for a name and password lets in whoever reads it.
    if (credentials && isInClear(new URL(origin)))
      throw wrong(reference, `wants a token in clear, at ${origin}: who has logged in is told over https alone`);
    if (isInClear(realm)) throw wrong(reference, `wants a token to be asked for in clear, at ${realm.origin}`);
    if (service !== undefined) realm.searchParams.set("service", service);
    realm.searchParams.set("scope", `repository:${repository}:pull`);
    const headers: Record<string, string> = credentials ? { authorization: basic(credentials) } : {};
    const response = await this.#fetch(reference, realm.href, { headers });
    const { token, access_token = token } = fieldsOf(await this.#content(response, reference, "token"));
    if (!response.ok || typeof access_token !== "string")
      throw wrong(reference, `sent to ${realm.origin} for a token, which gave none (status ${response.status})`);
    return `Bearer ${access_token}`;
  }

  async #fetch(reference: Reference, url: string, init: RequestInit): Promise<Response> {
    const signal = AbortSignal.any([this.#options.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    try {
      return await fetch(url, { ...init, signal });
    } catch (error) {
      throw this.#unreachable(reference, error);
    }
  }

  /** Whoever stops the run hears that it was stopped, and nothing of registries. */
  #unreachable(reference: Reference, error: unknown): unknown {
    if (this.#options.signal.aborted) return this.#options.signal.reason;
    const { name, cause } = error as Error;
    const { code, message } = (cause ?? {}) as { code?: string; message?: string };
    const why =
      name === "TimeoutError" ? `no answer in ${TIMEOUT_MS / 1000} s` : (code ?? message ?? (error as Error).message);
    return wrong(reference, `cannot be reached at ${endpointOf(reference, this.#options.mirrors).origin}: ${why}`);
  }
}

const REFUSALS: Readonly<Record<number, string>> = {
  401: "wants to know who asks, and takes no answer that docker login has left",
  403: "does not let who asks read that repository",
  404: "has no such image",
  429: "has been asked too often for now",
};

/** Whether others could read what is sent there. */
function isInClear({ protocol, hostname }: URL): boolean {
  return protocol !== "https:" && !isLoopback(hostname);
}

/** Of a JSON object; none of anything else. */
function fieldsOf(text: Buffer): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text.toString()));
  } catch {
    return {};
  }
}

function basic({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

function wrong({ registry }: Reference, what: string): RegistryError {
  return new RegistryError(`${registry} ${what}`);
}
