import { CORE_SCHEMA, load } from "js-yaml";
import type { Problem } from "../core/invalid.ts";

type Node = Readonly<Record<string, unknown>>;

/** What of a document is values, and no schemas. */
const VALUES = ["enum", "const", "default", "example", "examples"];
/** Words below which there are names, which mean nothing even if they are words. */
const OF_NAMES = ["properties", "patternProperties", "dependentSchemas", "$defs", "schemas"];
const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
/** References that lead to a reference, and so on: more of them are a circle. */
const MOST_HOPS = 16;

/** An OpenAPI document as an object, from its text in YAML or JSON too; undefined if it is neither. */
export function readDocument(given: unknown): Node | undefined {
  if (typeof given !== "string") return nodeOf(given);
  try {
    return nodeOf(load(given, { schema: CORE_SCHEMA }));
  } catch {
    return undefined;
  }
}

/**
 * Where a document is not one that every request can be judged by, as far as that shows without the program that judges: it refuses the
 * rest itself when it starts. Fields are places of the document, `openapi.paths./orders.post`.
 */
export function documentProblems(field: string, given: unknown): Problem[] {
  const document = readDocument(given);
  if (document === undefined)
    return [{ field, given: typeof given, allowed: "an OpenAPI document: an object, or its text in YAML or JSON" }];
  return new Checked(field, document).problems();
}

class Checked {
  readonly #field: string;
  readonly #root: Node;
  readonly #problems: Problem[] = [];

  constructor(field: string, root: Node) {
    this.#field = field;
    this.#root = root;
  }

  problems(): Problem[] {
    const { openapi, info, paths, servers } = this.#root;
    if (typeof openapi !== "string" || !/^3\.[01]\.\d+$/.test(openapi))
      this.#report("openapi", openapi, 'a version of OpenAPI that can be judged by: "3.0.x" or "3.1.x"');
    for (const name of ["title", "version"])
      if (typeof nodeOf(info)?.[name] !== "string") this.#report(`info.${name}`, nodeOf(info)?.[name], "a text");
    for (const [index, server] of listOf(servers).entries()) {
      const url = nodeOf(server)?.url;
      if (typeof url !== "string" || /[{}]/.test(url))
        this.#report(`servers[${index}].url`, url, "an address without variables; of it the path counts");
    }
    const all = Object.entries(nodeOf(paths) ?? {}).filter(([path]) => !path.startsWith("x-"));
    if (all.length === 0) this.#report("paths", paths, "at least one path");
    for (const [path, item] of all) this.#checkPath(`paths.${path}`, path, item);
    this.#checkAll("", this.#root, "words");
    return this.#problems;
  }

  #checkPath(at: string, path: string, given: unknown): void {
    const odd = path.split("/").find((segment) => /[{}]/.test(segment.replace(/^\{[^{}]+\}$/, "")));
    if (!path.startsWith("/") || odd !== undefined)
      this.#report(at, path, 'a path from "/", whose variables are whole segments, such as "/orders/{id}"');
    const item = this.#resolve(given);
    if (item === undefined) {
      this.#report(at, given, "an object");
      return;
    }
    for (const [where, node] of [[at, item] as const, ...operationsOf(at, item)]) {
      if (node.servers !== undefined)
        this.#report(`${where}.servers`, "servers", "servers of the whole document alone");
      for (const [index, parameter] of listOf(node.parameters).entries())
        this.#checkParameter(`${where}.parameters[${index}]`, parameter);
    }
    for (const [where, { requestBody }] of operationsOf(at, item))
      if (requestBody !== undefined) this.#checkBody(`${where}.requestBody`, requestBody);
  }

  #checkParameter(at: string, given: unknown): void {
    const parameter = this.#resolve(given);
    if (parameter?.schema === undefined)
      this.#report(`${at}.schema`, undefined, "a schema: by anything else a parameter is not judged");
    const usual = parameter?.in === "query" || parameter?.in === "cookie" ? "form" : "simple";
    if (parameter?.style !== undefined && parameter.style !== usual)
      this.#report(`${at}.style`, parameter.style, `"${usual}", which is the default`);
  }

  #checkBody(at: string, given: unknown): void {
    const content = Object.entries(nodeOf(this.#resolve(given)?.content) ?? {});
    if (content.length === 0) this.#report(`${at}.content`, undefined, "at least one type");
    for (const [type, described] of content) {
      if (!/^(application\/json|[\w.-]+\/[\w.-]+\+json)$/i.test(type))
        this.#report(`${at}.content`, type, "application/json, and types that end in +json: no others are judged");
      if (nodeOf(described)?.schema === undefined)
        this.#report(`${at}.content.${type}.schema`, undefined, "a schema: without one anything would pass");
    }
  }

  /** What may stand anywhere. */
  #checkAll(at: string, given: unknown, keys: "words" | "names"): void {
    for (const [index, one] of listOf(given).entries()) this.#checkAll(`${at}[${index}]`, one, "words");
    const node = nodeOf(given) ?? {};
    if (keys === "words") this.#checkWords(at, node);
    for (const [name, value] of Object.entries(node))
      if (keys === "names" || !VALUES.includes(name))
        this.#checkAll(below(at, name), value, keys === "words" && OF_NAMES.includes(name) ? "names" : "words");
  }

  #checkWords(at: string, node: Node): void {
    const { $ref, pattern, discriminator } = node;
    const field = (word: string) => below(at, word);
    if (typeof $ref === "string" && this.#target($ref) === undefined)
      this.#report(field("$ref"), $ref, 'a reference to a part of the document, such as "#/components/schemas/Order"');
    if (typeof pattern === "string" && isBacktracking(pattern))
      this.#report(field("pattern"), pattern, "a pattern without looking around and back (RE2): others take any time");
    if (nodeOf(discriminator) && node.oneOf === undefined && node.anyOf === undefined)
      this.#report(field("discriminator"), "a discriminator", "one beside oneOf or anyOf");
    for (const word of ["$schema", "$dynamicRef", "$recursiveRef"])
      if (typeof node[word] === "string") this.#report(field(word), node[word], "nothing: it is not judged");
  }

  #resolve(given: unknown): Node | undefined {
    let node = nodeOf(given);
    for (let hop = 0; hop < MOST_HOPS && typeof node?.$ref === "string"; hop++) node = nodeOf(this.#target(node.$ref));
    return node;
  }

  #target(reference: string): unknown {
    if (!reference.startsWith("#/")) return undefined;
    const tokens = reference.slice(2).split("/").map(unescaped);
    return tokens.reduce<unknown>((at, token) => nodeOf(at)?.[token], this.#root);
  }

  #report(at: string, given: unknown, allowed: string): void {
    this.#problems.push({ field: `${this.#field}.${at}`, given, allowed });
  }
}

function operationsOf(at: string, item: Node): (readonly [string, Node])[] {
  return METHODS.flatMap((method) => {
    const operation = nodeOf(item[method]);
    return operation ? [[`${at}.${method}`, operation] as const] : [];
  });
}

function isBacktracking(pattern: string): boolean {
  return /\(\?(=|!|<=|<!)/.test(pattern) || /(^|[^\\])(\\\\)*\\[1-9]/.test(pattern);
}

function below(at: string, name: string): string {
  return at === "" ? name : `${at}.${name}`;
}

function unescaped(token: string): string {
  try {
    return decodeURIComponent(token).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return token;
  }
}

function nodeOf(given: unknown): Node | undefined {
  return typeof given === "object" && given !== null && !Array.isArray(given) ? (given as Node) : undefined;
}

function listOf(given: unknown): readonly unknown[] {
  return Array.isArray(given) ? given : [];
}
