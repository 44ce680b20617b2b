import { type Client, type EvaluationContext, type JsonValue, OpenFeature } from "@openfeature/server-sdk";
import { type FlagDefinitions, type FlagValue, isValueOf, type ValueOf } from "./flag-definition.ts";
import { FlagFile } from "./flag-file.ts";
import type { Metrics } from "./metrics.ts";
import type { Tools, Worker } from "./service.ts";
import type { Settings } from "./settings.ts";

export interface FlagSettings {
  /** Name of the set: OpenFeature's domain. */
  readonly domain: string;
  readonly file: string;
}

/** `<PREFIX>_FILE`, a file in flagd's format. Without it every flag is worth its default. */
export function readFlagSettings(settings: Settings, prefix: string): FlagSettings {
  return { domain: prefix, file: settings.text(`${prefix}_FILE`, "") };
}

/** The kubelet takes a minute or more to change the file; a look at it costs less than a millisecond. */
const LOOK_EVERY_MS = 2_000;

/** Flags that a program knows by their definitions: a name that is none does not compile, and nothing is ever thrown. */
export class Flags<Definitions extends FlagDefinitions> implements Worker {
  readonly #definitions: Definitions;
  readonly #file: FlagFile;
  readonly #client: Client;
  readonly #metrics: Metrics;
  #timer: NodeJS.Timeout | undefined;

  constructor(definitions: Definitions, { domain, file }: FlagSettings, { log, metrics }: Tools) {
    this.#definitions = definitions;
    this.#metrics = metrics;
    this.#file = new FlagFile(file, log);
    OpenFeature.setProvider(domain, this.#file);
    this.#client = OpenFeature.getClient(domain).setLogger(log);
  }

  /** Looks at the file every `milliseconds`. */
  start(milliseconds = LOOK_EVERY_MS): void {
    this.#timer = setInterval(() => this.#file.look(), milliseconds);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
  }

  /**
   * What a flag is worth for whoever the context describes, such as `{ customer: "ada" }`. If the flag cannot be read, is
   * disabled, or is worth what the definition does not know: the value of its default variant.
   */
  async value<Name extends keyof Definitions & string>(
    name: Name,
    context: EvaluationContext = {},
  ): Promise<ValueOf<Definitions[Name]>> {
    const flag = this.#definitions[name] as Definitions[Name];
    const fallback = (flag.variants as Record<string, FlagValue>)[flag.defaultVariant] as FlagValue;
    const { value, variant = flag.defaultVariant, reason = "unknown" } = await this.#details(name, fallback, context);
    const known = isValueOf(flag, value);
    this.#metrics.flag(name, known ? variant : flag.defaultVariant, known ? reason.toLowerCase() : "error");
    return (known ? value : fallback) as ValueOf<Definitions[Name]>;
  }

  #details(name: string, fallback: FlagValue, context: EvaluationContext) {
    switch (typeof fallback) {
      case "boolean":
        return this.#client.getBooleanDetails(name, fallback, context);
      case "string":
        return this.#client.getStringDetails(name, fallback, context);
      case "number":
        return this.#client.getNumberDetails(name, fallback, context);
      default:
        return this.#client.getObjectDetails<JsonValue>(name, fallback as JsonValue, context);
    }
  }
}
