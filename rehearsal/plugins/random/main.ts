import { createRequire } from "node:module";
import { runPlugin } from "../rpc/index.ts";
import { randomProvider } from "./provider.ts";

const { version } = createRequire(import.meta.url)("@pulumi/random/package.json") as { version: string };
await runPlugin(randomProvider(version));
