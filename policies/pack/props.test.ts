import { unknownCheckingProxy } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { UNKNOWN } from "../core/unknown.ts";
import { plain } from "./props.ts";

/** What the engine writes for a string that is not known yet. */
const NOT_KNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

test("what is not known becomes UNKNOWN where it stands, and hides nothing beside it", () => {
  const props = unknownCheckingProxy({
    spec: { name: NOT_KNOWN, containers: [{ image: "a:1" }, { image: NOT_KNOWN }, NOT_KNOWN], replicas: 2, none: null },
  });
  expect(plain(props)).toEqual({
    spec: { name: UNKNOWN, containers: [{ image: "a:1" }, { image: UNKNOWN }, UNKNOWN], replicas: 2, none: null },
  });
});

test("keys that mean something to JavaScript are keys like others", () => {
  const copy = plain(unknownCheckingProxy({ data: JSON.parse('{"__proto__": {"a": 1}, "constructor": "x"}') }));
  expect(Object.keys(copy.data as object)).toEqual(["__proto__", "constructor"]);
  expect(({} as Record<string, unknown>).a).toBeUndefined();
});

test("files and archives are handed on as they are", () => {
  const asset = new pulumi.asset.StringAsset("text");
  expect(plain({ source: asset }).source).toBe(asset);
});
