import { hasErrors } from "@pulumi/pulumi/log/index.js";
import type { Namespace } from "../../cluster/namespace.ts";
import type { Duration } from "../../core/duration.ts";
import { InvalidArgsError, type Problem, UnfinishedProgramError } from "../../core/invalid.ts";
import { nearest } from "../../core/names.ts";
import type { Pods, Usable } from "../../core/usage.ts";
import { type Call, type Calls, longerThan } from "./call.ts";
import { wayFrom } from "./cycle.ts";

/** Where a service is, by its name in its namespace. */
export interface Address {
  readonly name: string;
  readonly port: number;
}

/** A service, as it declares itself to those who call it. */
export interface Callee extends Address {
  readonly longestRequest: Duration;
  /** The service itself, by which a relation in `uses` is known as a way to it. */
  readonly usable: Usable;
  /** Lets the pods of a caller in, and makes what they find its own pods by. */
  admit(caller: Pods): void;
}

/** Who calls. */
export interface Caller extends Pods {
  readonly name: string;
  /** For errors, such as `Microservice "orders"`. */
  readonly subject: string;
  readonly uses: readonly Usable[];
}

/**
 * The services of one namespace, by name. A call names a service that may be declared later, so it is resolved when the turn of the
 * event loop is over in which it was declared: the program's modules run in one (see `Ledger`).
 */
export class Directory {
  readonly #namespace: string;
  readonly #callees = new Map<string, Callee>();
  readonly #ways = new Map<string, readonly string[]>();
  readonly #waiting = new Map<string, Caller[]>();
  readonly #refused = new Set<string>();
  readonly #hasFailed: () => boolean;

  /** `hasFailed`: whether the program failed before its end, so that what it has not declared may have been about to come. */
  constructor(namespace: string, hasFailed = hasErrors) {
    this.#namespace = namespace;
    this.#hasFailed = hasFailed;
  }

  /** What is wrong with the ways from a workload, as far as is known when they are declared. */
  problems(caller: string, calls: Calls, uses: readonly Usable[]): Problem[] {
    const ways = [
      ...Object.keys(calls).map((name) => ({ field: `calls.${name}`, name })),
      ...uses.flatMap((usable, at) => (this.#has(usable) ? [{ field: `uses[${at}]`, name: usable.usableName }] : [])),
    ];
    const cycles = ways.flatMap(({ field, name }) => {
      const back = wayFrom(name, caller, this.#ways);
      if (back === undefined) return [];
      const itself = back.length === 1;
      const allowed = itself ? "another service than itself" : `no cycle; this closes ${[caller, ...back].join(" → ")}`;
      return [{ field, given: name, allowed }];
    });
    return [...cycles, ...this.#knownProblems(calls)];
  }

  /** Names that are called and not declared so far, where another is so much like them that it may be meant. */
  mistyped(calls: Calls): Problem[] {
    return Object.keys(calls).flatMap((name) => {
      if (this.#callees.has(name) || this.#refused.has(name)) return [];
      const near = nearest(name, this.#names());
      if (near === undefined) return [];
      const allowed = `a service that is declared in namespace "${this.#namespace}", and none of this name is so far; did you mean "${near}"?`;
      return [{ field: `calls.${name}`, given: name, allowed }];
    });
  }

  /** Notes that a workload was declared, with arguments that it cannot use: who calls it is right to. */
  refuse(name: string): void {
    this.#refused.add(name);
  }

  /**
   * Declares calls; gives where they lead to, in the order of their names: plain data, so that nobody waits for a callee to stand.
   * Rejects with {@link InvalidArgsError} if there is no such service when the program has run to its end, and with
   * {@link UnfinishedProgramError} if it did not run so far.
   */
  call(caller: Caller, calls: Calls): Promise<readonly Address[]> {
    const used = caller.uses.filter((usable) => this.#has(usable));
    const names = Object.keys(calls).sort();
    this.#ways.set(caller.name, [...names, ...used.map(({ usableName }) => usableName)]);
    for (const name of names) {
      const callee = this.#callees.get(name);
      if (callee) callee.admit(caller);
      else this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), caller]);
    }
    return new Promise((resolve, reject) => {
      setImmediate(() => {
        const missing = names.filter((name) => !this.#callees.has(name));
        const isOpen = missing.length > 0 && (this.#hasFailed() || missing.some((name) => this.#refused.has(name)));
        const problems = isOpen
          ? [...this.#knownProblems(calls), ...this.mistyped(calls)]
          : Object.entries(calls).flatMap(([name, call]) => this.#calleeProblems(name, call));
        if (problems.length > 0) reject(new InvalidArgsError(caller.subject, problems));
        else if (isOpen) reject(new UnfinishedProgramError(`${caller.subject} calls ${missing.join(", ")}`));
        else resolve(names.flatMap((name) => this.#callees.get(name) ?? []).map(({ name, port }) => ({ name, port })));
      });
    });
  }

  /** Declares a service, for those who call it and those who will. */
  declare(callee: Callee): void {
    this.#callees.set(callee.name, callee);
    for (const caller of this.#waiting.get(callee.name) ?? []) callee.admit(caller);
    this.#waiting.delete(callee.name);
  }

  #has(usable: Usable): boolean {
    return this.#callees.get(usable.usableName)?.usable === usable;
  }

  #names(): string[] {
    return [...this.#callees.keys()].sort();
  }

  #knownProblems(calls: Calls): Problem[] {
    const known = Object.entries(calls).filter(([name]) => this.#callees.has(name));
    return known.flatMap(([name, call]) => this.#calleeProblems(name, call));
  }

  #calleeProblems(name: string, call: Call): Problem[] {
    const callee = this.#callees.get(name);
    const field = `calls.${name}`;
    if (callee) return longerThan(field, call, callee.longestRequest, `at most shutdown.longestRequest of ${name}`);
    const names = this.#names();
    const near = nearest(name, names);
    const meant = near === undefined ? "" : `; did you mean "${near}"?`;
    const allowed = `a service that is declared in namespace "${this.#namespace}": ${names.join(", ") || "there is none"}${meant}`;
    return [{ field, given: name, allowed }];
  }
}

const directories = new WeakMap<Namespace, Directory>();

/** The directory of a namespace. */
export function directoryOf(namespace: Namespace): Directory {
  const known = directories.get(namespace);
  if (known) return known;
  const directory = new Directory(namespace.name);
  directories.set(namespace, directory);
  return directory;
}
