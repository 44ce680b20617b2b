// Pulumi loads a pack with require() and a compiler of its own on ".ts": from here on Node loads the TypeScript itself.
import "./main.ts";
