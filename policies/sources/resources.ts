import type { Resource } from "../core/resource.ts";
import { isRecord, pulumiOptions } from "./pulumi-resource.ts";
import { plainProps } from "./pulumi-values.ts";
import type { Reading } from "./reading.ts";
import { Unreadable } from "./unreadable.ts";

const OPERATIONS: ReadonlySet<unknown> = new Set(["create", "update", "replace", "delete", "same"]);

/** Whether a JSON value is a list of resources: `[{ "type": "aws:s3/bucket:Bucket", "name": "logs", "props": {} }]`. */
export function isResourceList(value: unknown): boolean {
  return Array.isArray(value) && value.some((item) => isRecord(item) && "type" in item && "props" in item);
}

/** Resources as rules see them, with `urn`, `options.protect`, `operation` and `defaultNamespace` if they are said. */
export function readResourceList(value: unknown, file: string): Reading {
  const resources = (value as readonly unknown[]).map((item, index): Resource => {
    const at = `[${index}]`;
    if (!isRecord(item)) throw new Unreadable(`${at} is no object; allowed: { "type", "name", "props" }`);
    const { type, name, props, urn, options, operation, defaultNamespace } = item;
    if (typeof type !== "string" || type === "")
      throw new Unreadable(`${at}.type is no text such as "aws:s3/bucket:Bucket"`);
    if (typeof name !== "string") throw new Unreadable(`${at}.name is no text`);
    if (!isRecord(props)) throw new Unreadable(`${at}.props is no object`);
    if (operation !== undefined && !OPERATIONS.has(operation))
      throw new Unreadable(`${at}.operation is none of ${[...OPERATIONS].join(", ")}`);
    return {
      type,
      name,
      props: plainProps(props),
      origin: { file },
      ...(typeof urn === "string" && { urn }),
      ...(isRecord(options) && { options: pulumiOptions(options) }),
      ...(operation !== undefined && { operation: operation as NonNullable<Resource["operation"]> }),
      ...(typeof defaultNamespace === "string" && { defaultNamespace }),
    };
  });
  return { resources, notes: [] };
}
