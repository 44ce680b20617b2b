import { createRequire } from "node:module";
import { join, resolve } from "node:path";

// Loads the policy pack in the folder given as argument. The pack serves itself and prints its port; an error while it
// loads ends the process with the error's stack. Loaded as Pulumi's own runner does, but without ts-node before it.
const folder = resolve(process.argv[2] ?? ".");
createRequire(join(folder, "package.json"))(folder);
