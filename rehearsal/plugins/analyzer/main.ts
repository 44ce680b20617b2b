import { locateRunner } from "../language/sdk.ts";

// The engine starts this as `pulumi-analyzer-policy-nodejs ENGINE-ADDRESS FOLDER -option=value…`, in the policy pack's
// folder, where it finds no language launcher. The stack's settings are in the environment; the pack runs in this process.
const [engine = "", folder = "."] = process.argv.slice(2);
if (process.argv.includes("-typescript=false")) {
  process.argv.splice(2, Number.POSITIVE_INFINITY, folder);
  await import("../language/pack.ts");
} else {
  process.argv.splice(2, Number.POSITIVE_INFINITY, engine, folder);
  await import(locateRunner("run-policy-pack", process.cwd()));
}
