import { Field } from "./field.ts";
import type { Resource } from "./resource.ts";
import { readable } from "./sound.ts";

/** A resource as rules see it. Names of Kubernetes objects throw UnknownValue while they are not known. */
export class StackObject {
  readonly resource: Resource;
  readonly root: Field;
  /** The API group: "" for the core group, and undefined for what is no Kubernetes object. */
  readonly group: string | undefined;
  readonly version: string | undefined;
  readonly kind: string | undefined;

  constructor(resource: Resource) {
    this.resource = resource;
    this.root = new Field(resource.props);
    const token = /^kubernetes:([^:]+)\/([^:/]+):(\w+)$/.exec(resource.type);
    if (!token) return;
    const { apiVersion, kind } = resource.props;
    const declared = typeof apiVersion === "string" ? apiVersion : undefined;
    const [, tokenGroup, tokenVersion, tokenKind] = token;
    this.group = declared ? groupOf(declared) : tokenGroup === "core" ? "" : tokenGroup;
    this.version = declared ? declared.slice(declared.indexOf("/") + 1) : tokenVersion;
    this.kind = typeof kind === "string" ? kind : tokenKind;
  }

  /** Whether only a part of an object is declared (server-side apply to someone else's object): not for rules to judge. */
  get partial(): boolean {
    return this.kind !== undefined && this.resource.type.endsWith("Patch") && !this.kind.endsWith("Patch");
  }

  get name(): string {
    return this.root.at("metadata", "name").text() ?? this.resource.name;
  }

  /** An empty one is none, as it is to the API server. */
  get namespace(): string {
    return this.root.at("metadata", "namespace").text() || (this.resource.defaultNamespace ?? "default");
  }

  /** An annotation of a Kubernetes object, or a tag of a cloud's resource. */
  annotation(key: string): string | undefined {
    if (this.kind === undefined) return this.#tag(key);
    return this.root.at("metadata", "annotations", key).text();
  }

  /** The keys of its annotations, or of its tags. */
  annotationKeys(): string[] {
    const holder = this.kind === undefined ? this.root.at("tags") : this.root.at("metadata", "annotations");
    return Array.isArray(holder.value) ? [] : holder.entries().map(([key]) => key);
  }

  /** Other clouds' tags are lists of their own making: those carry no reasons. */
  #tag(key: string): string | undefined {
    const tags = this.root.at("tags");
    return Array.isArray(tags.value) ? undefined : tags.at(key).text();
  }

  /** For people: `Deployment shop/orders`; Pulumi's name stands in for a name that is not known yet or misshapen. */
  get label(): string {
    if (this.kind === undefined) return `${this.resource.type} ${this.resource.name}`;
    const name = readable(() => this.name) ?? this.resource.name;
    const namespace = readable(() => this.root.at("metadata", "namespace").text() || this.resource.defaultNamespace);
    return `${this.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
  }
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
}
