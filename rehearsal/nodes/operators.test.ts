import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CRD_MODULE_DIR } from "../toolchain/modules.ts";
import { forNodes, operatorImage } from "./operators.ts";

const DEFINITION = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: a\n";
const DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: b\n";
/** Speaks of a definition, and is none. */
const ROLE = 'apiVersion: v1\nkind: ClusterRole\nmetadata:\n  annotations: { "kind: CustomResourceDefinition": "" }\n';

it("leaves out definitions, empty documents and comments, and nothing else", () => {
  const given = `---\n${DEFINITION}---\n# Nothing.\n---\n${DEPLOYMENT}\n---\n${DEFINITION}---\n${ROLE}`;
  expect(forNodes(given)).toBe(`${DEPLOYMENT}---\n${ROLE}`);
});

it("asks no registry", () => {
  expect(forNodes(`${DEPLOYMENT}spec:\n  imagePullPolicy: Always\n`)).toMatch(/^ {2}imagePullPolicy: IfNotPresent$/m);
});

it("refuses manifests that deploy nothing", () => {
  expect(() => forNodes(`${DEFINITION}---\n${ROLE}`)).toThrow(/hold no Deployment/);
});

it("runs the operator in the version of its definitions", async () => {
  const version = operatorImage("cloudnative-pg").reference.replace(/^.*:/, "");
  const modules = await readFile(join(CRD_MODULE_DIR, "go.mod"), "utf8");
  expect(modules).toContain(`github.com/cloudnative-pg/cloudnative-pg v${version}`);
});
