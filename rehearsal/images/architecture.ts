import { arch } from "node:os";

/** The architecture that images are made for, this machine's, in Go's words: `amd64`, `arm64`. */
export const ARCHITECTURE = arch() === "x64" ? "amd64" : arch();
