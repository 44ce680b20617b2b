import { secretIn } from "./secret-words.ts";
import { SECRET, UNKNOWN, UnknownValue } from "./unknown.ts";

/** A value has another shape than its field allows, e.g. `containers: "web"`. It is a violation, never a pass. */
export class MalformedValue extends Error {
  override readonly name = "MalformedValue";
  readonly path: string;
  readonly given: string;
  readonly wanted: string;

  constructor(path: string, given: string, wanted: string) {
    super(`${path} is ${given}; ${wanted} is wanted`);
    this.path = path;
    this.given = given;
    this.wanted = wanted;
  }
}

/**
 * One place in an object, whether something stands there or not: rules walk objects with it instead of with `?.`.
 * It knows its path, sees own properties only, and throws on what is unknown (UnknownValue) or misshapen (MalformedValue).
 */
export class Field {
  readonly #value: unknown;
  readonly #parent: Field | undefined;
  readonly #key: string | number | undefined;

  constructor(value: unknown, parent?: Field, key?: string | number) {
    this.#value = value;
    this.#parent = parent;
    this.#key = key;
  }

  /** From the object's root, as people write it: `spec.template.spec.containers[0].image`. */
  get path(): string {
    if (this.#parent === undefined) return "";
    const before = this.#parent.path;
    // What a text holds once it is parsed stands where the text stands.
    if (this.#key === undefined) return before;
    if (typeof this.#key === "number") return `${before}[${this.#key}]`;
    if (!/^[\w$-]+$/.test(this.#key)) return `${before}[${JSON.stringify(this.#key)}]`;
    return before === "" ? this.#key : `${before}.${this.#key}`;
  }

  get value(): unknown {
    if (this.#value === UNKNOWN || this.#value === SECRET) throw new UnknownValue(this.path, this.secret);
    return this.#value;
  }

  /** Whether a secret of Pulumi stands here: the one thing that can be asked about it. */
  get secret(): boolean {
    return this.#value === SECRET;
  }

  /** Kubernetes takes null for "not set", and so do rules. */
  get absent(): boolean {
    return this.value === undefined || this.value === null;
  }

  /** The field below, through as many keys as are given. Below nothing there is nothing. */
  at(...keys: string[]): Field {
    let field: Field = this;
    for (const key of keys) {
      const holder = field.#object();
      field = new Field(holder && Object.hasOwn(holder, key) ? holder[key] : undefined, field, key);
    }
    return field;
  }

  /** The elements of a list; none when nothing is set. */
  items(): Field[] {
    if (this.absent) return [];
    const value = this.value;
    if (!Array.isArray(value)) throw this.#malformed("a list");
    return value.map((item, index) => new Field(item, this, index));
  }

  /** The keys of a map with their fields; none when nothing is set. */
  entries(): [key: string, field: Field][] {
    const holder = this.#object();
    return holder ? Object.keys(holder).map((key) => [key, new Field(holder[key], this, key)]) : [];
  }

  /** A text, or a number or a switch as its text: what a place for texts also takes. */
  scalar(): string | undefined {
    const { value } = this;
    return typeof value === "number" || typeof value === "boolean" ? String(value) : this.text();
  }

  text(): string | undefined {
    const value = this.value ?? undefined;
    if (value === undefined || typeof value === "string") return value;
    throw this.#malformed("a string");
  }

  number(): number | undefined {
    const value = this.value ?? undefined;
    if (value === undefined || (typeof value === "number" && Number.isFinite(value))) return value;
    throw this.#malformed("a number");
  }

  boolean(): boolean | undefined {
    const value = this.value ?? undefined;
    if (value === undefined || typeof value === "boolean") return value;
    throw this.#malformed("true or false");
  }

  /** Puts a value here, in the object itself, making the objects above it where there are none. For remediations. */
  set(value: unknown): void {
    if (this.#parent === undefined || this.#key === undefined) throw new TypeError("a whole object cannot be set");
    if (this.#parent.absent) this.#parent.set({});
    const holder = this.#parent.#current() as Record<string | number, unknown>;
    holder[this.#key] = value;
  }

  /** What stands here, for a message; a secret is left out where its shape gives it away. Never use it for a field that may hold one. */
  shown(): string {
    return shown(this.value);
  }

  #object(): Record<string, unknown> | undefined {
    if (this.absent) return undefined;
    const value = this.value;
    if (typeof value !== "object" || Array.isArray(value)) throw this.#malformed("an object");
    return value as Record<string, unknown>;
  }

  /** What stands here now, read again from the holder: `set` may have made it after this Field was. */
  #current(): unknown {
    if (this.#parent === undefined || this.#key === undefined) return this.#value;
    return (this.#parent.#current() as Record<string | number, unknown>)[this.#key];
  }

  #malformed(wanted: string): MalformedValue {
    return new MalformedValue(this.path, kindOf(this.value), wanted);
  }
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return "not set";
  if (typeof value === "string") return shownText(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return kindOf(value);
}

function shownText(text: string): string {
  const secret = secretIn(text);
  if (secret !== undefined) return `(not shown: it holds ${secret})`;
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 117)}...` : text);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (typeof value === "object") return "an object";
  return `a ${typeof value}`;
}
