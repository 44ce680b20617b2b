import { createRequire } from "node:module";
import { runPlugin } from "../rpc/index.ts";
import { kubernetesProvider } from "./provider.ts";

// The engine pairs a program's SDK with the plugin of the same version.
const sdk = createRequire(import.meta.url)("@pulumi/kubernetes/package.json") as { readonly version: string };
await runPlugin(kubernetesProvider(sdk.version));
