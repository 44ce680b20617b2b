import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { console as inspected, type Profiler, Session } from "node:inspector";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { detectResources, envDetector } from "@opentelemetry/resources";
import type { Logger } from "pino";
import { pprof } from "./pprof.ts";

/** How long a profile is, as Pyroscope's own clients have it. */
const LENGTH_MS = 15_000;
/** A hundred looks at the stack a second, as Go has it. */
const INTERVAL_MICROS = 10_000;
/** How long Pyroscope may take to take one. What it does not is dropped. */
const SEND_MS = 5_000;
/** The same of the last one, when the process ends. */
const LAST_MS = 2_000;

/** What of OpenTelemetry's attributes of a program is told, and as which label. Pyroscope's labels have no dots. */
const LABELS = { "service.namespace": "namespace", "service.version": "version", "k8s.pod.name": "pod" } as const;

/** Where profiles go. */
export interface ProfilesTarget {
  /** Pyroscope's; empty: none are made. */
  readonly address: string;
  /** Whose they are, where Pyroscope keeps those of each tenant apart; empty: nobody's. */
  readonly tenant: string;
  readonly service: string;
}

export interface Profiling {
  /** Sends what was seen last. */
  close(): Promise<void>;
}

/**
 * Has V8 look at the stack a hundred times a second for as long as the process runs, and sends what it saw each quarter of a minute. To begin
 * stops all else while V8 walks the heap for code, 40 ms in a small one and seconds in a large: so it is done once, when the process starts, and each
 * further profile begins before the last one ends.
 */
export function startProfiling({ address, ...target }: ProfilesTarget, log: Logger, lengthMs = LENGTH_MS): Profiling {
  if (address === "") return { close: async () => undefined };
  const stopping = new AbortController();
  const url = new URL("/push.v1.PusherService/Push", address);
  const labels = labelsOf(target.service);
  let wasTaken = true;
  const send = async (of: Taken, milliseconds: number) => {
    const found = await push(url, target.tenant, labels, of, milliseconds).catch((error) => reason(error));
    if (found !== undefined && wasTaken) log.warn({ found }, "profiles are not taken, and dropped");
    wasTaken = found === undefined;
  };
  const looking = new Looking();
  const run = async () => {
    for (;;) {
      await sleep(lengthMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
      if (stopping.signal.aborted) break;
      // Nothing waits for it: the next profile goes on meanwhile.
      void looking.next().then((of) => send(of, SEND_MS));
    }
    await send(await looking.end(), LAST_MS);
  };
  const running = run();
  return {
    close: () => {
      stopping.abort();
      return running;
    },
  };
}

interface Taken {
  readonly profile: Profiler.Profile;
  readonly at: number;
}

/** Profiles of this process, one after another without a gap. */
class Looking {
  readonly #session = new Session();
  #title = "";
  #at = 0;

  constructor() {
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.setSamplingInterval", { interval: INTERVAL_MICROS });
    this.#begin();
  }

  /** The one so far; the next has begun. */
  next(): Promise<Taken> {
    const { title, at } = { title: this.#title, at: this.#at };
    this.#begin();
    return this.#finish(title, at);
  }

  /** The one so far, and there is no other. */
  async end(): Promise<Taken> {
    const last = await this.#finish(this.#title, this.#at);
    this.#session.disconnect();
    return last;
  }

  #begin(): void {
    this.#title = randomUUID();
    this.#at = Date.now();
    inspected.profile(this.#title);
  }

  async #finish(title: string, at: number): Promise<Taken> {
    const finished = once(this.#session, "Profiler.consoleProfileFinished");
    inspected.profileEnd(title);
    const [{ params }] = await finished;
    return { profile: params.profile, at };
  }
}

/** Why it was not taken; nothing if it was. */
async function push(
  url: URL,
  tenant: string,
  labels: readonly object[],
  { profile, at }: Taken,
  milliseconds: number,
): Promise<string | undefined> {
  const bytes = await promisify(gzip)(pprof(profile, { at, intervalMicros: INTERVAL_MICROS }));
  const samples = [{ ID: randomUUID(), rawProfile: bytes.toString("base64") }];
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...(tenant !== "" && { "X-Scope-OrgID": tenant }) },
    body: JSON.stringify({ series: [{ labels, samples }] }),
    signal: AbortSignal.timeout(milliseconds),
  });
  await response.body?.cancel();
  return response.ok ? undefined : `status ${response.status}`;
}

/** Which failure of the network it was: `fetch` itself says only that there was one. */
function reason(error: Error): string {
  return (error.cause as NodeJS.ErrnoException | undefined)?.code ?? error.name;
}

function labelsOf(service: string) {
  const { attributes } = detectResources({ detectors: [envDetector] });
  const told = Object.entries(LABELS).map(([attribute, name]) => ({
    name,
    value: String(attributes[attribute] ?? ""),
  }));
  return [
    { name: "__name__", value: "process_cpu" },
    { name: "service_name", value: service },
    ...told.filter(({ value }) => value !== ""),
  ];
}
