import { defineRule } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { RETIRED, type RetiredApi } from "./retired-apis.ts";

export const apiVersionSupported = defineRule({
  id: "api-version-supported",
  section: "maintainability",
  title: "Objects use API versions that the cluster serves, and will serve after the next upgrades",
  severity: "high",
  why: "the API server refuses a removed version: the next upgrade of the cluster stops every release until somebody has rewritten it",
  fix: "apiVersion: <the version that replaces it>",
  frameworks: [],
  scope: "resource",
  exemptable: true,
  params: {
    version: {
      type: "string",
      default: "1.36",
      description: "The version of Kubernetes that is run, or will be next.",
    },
    deprecatedToo: {
      type: "boolean",
      default: true,
      description: "Judge what that version still serves but has announced to remove, too.",
    },
  },
  subjects: (object) => object.kind !== undefined,
  *check(object, { version, deprecatedToo }) {
    const minor = minorOf(version);
    const given = apiVersionOf(object);
    const retired = retiredApi(object);
    if (!retired) return;
    const removed = retired.removed !== undefined && retired.removed <= minor;
    if (!removed && !(deprecatedToo && retired.deprecated <= minor)) return;
    yield {
      path: "apiVersion",
      given: `${given} of ${object.kind}, ${fateOf(retired, removed)}`,
      wanted: retired.instead ?? "another way: no version of it is left",
      fix: retired.instead === undefined ? "remove the object" : `apiVersion: ${retired.instead}`,
    };
  },
});

function apiVersionOf({ group, version }: StackObject): string {
  return group ? `${group}/${version}` : `${version}`;
}

function retiredApi(object: StackObject): RetiredApi | undefined {
  const apis = RETIRED[apiVersionOf(object)] ?? [];
  return apis.find(({ kinds }) => kinds.includes(object.kind ?? ""));
}

function fateOf({ deprecated, removed }: RetiredApi, gone: boolean): string {
  if (gone) return `removed in Kubernetes 1.${removed}`;
  const end = removed === undefined ? "" : ` and removed in 1.${removed}`;
  return `deprecated since Kubernetes 1.${deprecated}${end}`;
}

function minorOf(version: string): number {
  const minor = /^v?1\.(\d+)/.exec(version)?.[1];
  if (minor === undefined)
    throw new RangeError(`the setting version is ${JSON.stringify(version)}; allowed: a version such as 1.36`);
  return Number(minor);
}
