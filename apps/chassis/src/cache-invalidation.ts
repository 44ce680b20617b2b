import { lookup } from "node:dns/promises";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "./dependency.ts";
import type { Credential, Settings } from "./settings.ts";

/** Where the replicas of a response cache are told to forget. */
export interface CacheSettings {
  /** A name that leads to every replica. */
  readonly host: string;
  readonly port: number;
  readonly token: Credential;
}

/** Of a relation such as `catalog-cache`: `CATALOG_CACHE_HOST`, `CATALOG_CACHE_PORT` and `CATALOG_CACHE_TOKEN_FILE`. */
export function readCacheSettings(settings: Settings, relation: string): CacheSettings {
  const prefix = relation.toUpperCase().replaceAll("-", "_");
  return {
    host: settings.text(`${prefix}_HOST`),
    port: settings.port(`${prefix}_PORT`),
    token: settings.credential(`${prefix}_TOKEN_FILE`),
  };
}

/** What is to be forgotten: everything that bears one of the tags or is of one of the paths. */
export interface Invalidated {
  /** As the service's answers say them in `Surrogate-Key`: letters, digits and `._:~-`, at most 128 characters each. */
  readonly tags?: readonly string[];
  /** As clients ask for them, such as `/catalog/books`, without `?` and what follows: all of that is forgotten with it. */
  readonly paths?: readonly string[];
}

/** What became of a purge. */
export interface Forgotten {
  /** Whether every replica that there is has forgotten. If not, one may serve what is old until it has run out. */
  readonly complete: boolean;
  /** How many answers each replica had of what was to be forgotten. */
  readonly reached: readonly { readonly address: string; readonly answers: number }[];
  readonly missed: readonly { readonly address: string; readonly why: string }[];
}

export interface CacheInvalidationOptions {
  /** Milliseconds that a purge may take in all, several tries at each replica included; 2000 by default. */
  readonly deadline?: number;
  /** Gives the addresses of a host; the system's resolver by default. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

const TAG = /^[A-Za-z0-9][\w.:~-]{0,127}$/;
/** What a request's line can have. The cache takes away what a URL can have besides, as the gateway does. */
const PATH = /^\/[!-"$->@-~]{0,2047}$/;
/** Varnish takes headers of up to 8192 bytes. */
const LONGEST_LIST = 6_000;
const PAUSE = 100;

/** The service was reached, and will not do it however often it is asked. */
class Refusal extends Error {}

/** Has every replica of a response cache forget answers. Ask it after what was changed has been committed. */
export class CacheInvalidation {
  readonly #settings: CacheSettings;
  readonly #deadline: number;
  readonly #resolve: (host: string) => Promise<readonly string[]>;

  constructor(settings: CacheSettings, { deadline = 2_000, resolve = addressesOf }: CacheInvalidationOptions = {}) {
    this.#settings = settings;
    this.#deadline = deadline;
    this.#resolve = resolve;
  }

  /**
   * Has them forget, all at once, and says which of them did not. Nothing is thrown for that: what was changed is changed. Throws
   * `TypeError` on what is no tag and no path.
   */
  async forget(what: Invalidated): Promise<Forgotten> {
    const lists = listsOf(keysOf(what));
    if (lists.length === 0) return { complete: true, reached: [], missed: [] };
    const signal = AbortSignal.timeout(this.#deadline);
    const { host } = this.#settings;
    let addresses: readonly string[];
    try {
      addresses = await before(signal, this.#resolve(host));
      if (addresses.length === 0) throw new Error("it has no address");
    } catch (error) {
      return { complete: false, reached: [], missed: [{ address: host, why: reasonOf(error) }] };
    }
    const told = await Promise.all(
      addresses.map((address) =>
        this.#tellAll(address, lists, signal).then(
          (answers) => ({ address, answers }),
          (error: unknown) => ({ address, why: reasonOf(error) }),
        ),
      ),
    );
    const missed = told.filter((each) => "why" in each);
    return { complete: missed.length === 0, reached: told.filter((each) => "answers" in each), missed };
  }

  async #tellAll(address: string, lists: readonly string[], signal: AbortSignal): Promise<number> {
    let answers = 0;
    for (const list of lists) answers += await this.#insist(address, list, signal);
    return answers;
  }

  /** Tries until the time is over: a replica that starts has nothing to forget, and one that is slow has. */
  async #insist(address: string, list: string, signal: AbortSignal): Promise<number> {
    for (let last: unknown; ; ) {
      try {
        return await this.#tell(address, list, signal);
      } catch (error) {
        // The first reason says more than that the time is over.
        last = signal.aborted && last !== undefined ? last : error;
        if (signal.aborted || error instanceof Refusal) throw last;
      }
      await sleep(PAUSE, undefined, { signal }).catch(() => {});
      if (signal.aborted) throw last;
    }
  }

  #tell(address: string, list: string, signal: AbortSignal): Promise<number> {
    const { port, token } = this.#settings;
    const headers = { authorization: `Bearer ${token.read()}`, "surrogate-key": list };
    return new Promise((done, fail) => {
      request({ host: address, port, method: "PURGE", path: "/", headers, signal, agent: false }, (response) => {
        response.resume();
        const { statusCode } = response;
        if (statusCode === 200) done(Number(response.headers["x-purged"] ?? 0));
        else fail(new Refusal(`it answered with ${statusCode}`));
      })
        .on("error", (error) => fail(signal.aborted ? new Error("no answer in time") : error))
        .end();
    });
  }
}

/** A path is a key, too; what separates keys in a list is spelt otherwise in it, as in the cache's own rules. */
function keysOf({ tags = [], paths = [] }: Invalidated): string[] {
  const wrong = tags.find((tag) => !TAG.test(tag)) ?? paths.find((path) => !PATH.test(path));
  if (wrong !== undefined)
    throw new TypeError(
      `${JSON.stringify(wrong)} cannot be invalidated; allowed: tags of letters, digits and ._:~- (at most 128), and paths from "/" without "?" and "#"`,
    );
  return [...new Set([...tags, ...paths.map((path) => path.replaceAll(",", "%2C"))])];
}

/** Keys as lists that a header can hold. */
function listsOf(keys: readonly string[]): string[] {
  const lists: string[] = [];
  let last: string | undefined;
  for (const key of keys) {
    if (last !== undefined && last.length + key.length >= LONGEST_LIST) {
      lists.push(last);
      last = undefined;
    }
    last = last === undefined ? key : `${last} ${key}`;
  }
  return last === undefined ? lists : [...lists, last];
}

async function addressesOf(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** What does not end with a signal is left to itself. */
function before<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const over = new Promise<never>((_, fail) => {
    signal.addEventListener("abort", () => fail(new Error("no answer in time")), { once: true });
  });
  return Promise.race([promise, over]);
}
