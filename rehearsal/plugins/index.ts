import { createRequire } from "node:module";
import { join } from "node:path";

/** A Pulumi plugin that the rehearsal brings, for machines that cannot have the official one. */
export interface OurPlugin {
  readonly kind: "resource" | "language" | "analyzer";
  /** As in `pulumi plugin ls`. */
  readonly name: string;
  /** That of the installed SDK it stands for, without a leading `v`. */
  readonly version: string;
  /** Absolute path of the file that Node runs, with the engine's arguments. It prints its port as the first line. */
  readonly main: string;
  /** One line for the screen: what it does, and what it does not. */
  readonly note: string;
}

/** Every plugin that the rehearsal brings. */
export const OUR_PLUGINS: readonly OurPlugin[] = [
  plugin("language", "nodejs", "@pulumi/pulumi", "language", "ours: runs the program with this Node"),
  plugin("analyzer", "policy-nodejs", "@pulumi/pulumi", "analyzer", "ours: runs policy packs with this Node"),
  plugin("resource", "kubernetes", "@pulumi/kubernetes", "kubernetes", "ours: talks to the real API server"),
  plugin("resource", "random", "@pulumi/random", "random", "ours: draws from the machine's own random source"),
  plugin("resource", "aws", "@pulumi/aws", "recorder/aws", "ours: records, deploys nothing"),
  plugin(
    "resource",
    "kubernetes-cert-manager",
    "@pulumi/kubernetes-cert-manager",
    "recorder/cert-manager",
    "ours: records, deploys nothing",
  ),
];

function plugin(kind: OurPlugin["kind"], name: string, sdk: string, folder: string, note: string): OurPlugin {
  const { version } = createRequire(import.meta.url)(`${sdk}/package.json`) as { version: string };
  return { kind, name, version, main: join(import.meta.dirname, folder, "main.ts"), note };
}
