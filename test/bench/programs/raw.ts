/** Resources as they are, with the dependencies that they have, by the engine's barest class: nobody's components. */
import { readFileSync } from "node:fs";
import { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import type { RawResource } from "../raw-resources.ts";
import { benchInput } from "./input.ts";

export interface RawInput {
  readonly context: string;
  /** File with a list of {@link RawResource}, each after what it depends on. */
  readonly resources: string;
}

class Raw extends pulumi.CustomResource {}

const { context, resources } = benchInput<RawInput>();
const provider = new Provider("cluster", { context, enableServerSideApply: true });
const made = new Map<string, Raw>();
for (const { urn, type, name, inputs, dependencies } of JSON.parse(readFileSync(resources, "utf8")) as RawResource[]) {
  const dependsOn = dependencies.flatMap((each) => made.get(each) ?? []);
  made.set(urn, new Raw(type, name, inputs, { provider, dependsOn }));
}
