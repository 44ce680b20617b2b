import { arch } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { command } from "./command.ts";
import { RehearsalError } from "./error.ts";
import { isExecutable } from "./files.ts";
import { rangeInWords, serves } from "./semver.ts";
import { GO_RELEASE, VERSIONS } from "./versions.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** The Go that builds the tools. */
export interface Go {
  readonly path: string;
  /** As Go itself says it, such as `go1.26.8`. */
  readonly version: string;
}

/** Where Go's own installers put it: found there even if PATH was never changed. */
const USUAL_FOLDERS = ["/usr/local/go/bin", "/opt/homebrew/bin", "/usr/lib/go/bin"];

/** Looks for a Go that serves, on PATH first. `refused` tells of the ones that are too old. */
export async function findGo(
  env: Env = process.env,
  usualFolders: readonly string[] = USUAL_FOLDERS,
): Promise<{ readonly go?: Go; readonly refused: readonly Go[] }> {
  const refused: Go[] = [];
  for (const folder of new Set([...(env.PATH ?? "").split(delimiter).filter(isAbsolute), ...usualFolders])) {
    const path = join(folder, "go");
    if (!(await isExecutable(path))) continue;
    const said = await command(path, ["env", "GOVERSION"], { env: goEnvironment(env) }).catch(() => undefined);
    const go = { path, version: said?.code === 0 ? said.stdout.trim() : "" };
    if (serves(go.version, VERSIONS.go)) return { go, refused };
    refused.push(go);
  }
  return { refused };
}

/** The Go to build with. Throws `RehearsalError`, saying what to install, if none serves. */
export async function requireGo(forWhat: string, ...where: Parameters<typeof findGo>): Promise<Go> {
  const { go, refused } = await findGo(...where);
  if (go) return go;
  const found = refused.map(({ path, version }) => `${version || "a broken one"} at ${path}`).join(", ");
  throw new RehearsalError(
    `Go ${rangeInWords(VERSIONS.go)} is needed to build ${forWhat}; found ${found || "none"}.`,
    goInstallation(),
  );
}

/** The commands that install Go, for this machine. */
export function goInstallation(platform: NodeJS.Platform = process.platform): string {
  if (platform === "darwin") return "Install it with: brew install go";
  const archive = `https://go.dev/dl/go${GO_RELEASE}.linux-${goArch()}.tar.gz`;
  return [
    "Install it (the Go of Debian and Ubuntu is too old; no C compiler is needed):",
    `  sudo rm -rf /usr/local/go && curl -fsSL ${archive} | sudo tar -C /usr/local -xz`,
    `or let a Go of 1.21 or later fetch it: export GOTOOLCHAIN=go${GO_RELEASE}+auto`,
  ].join("\n");
}

/**
 * The environment for every Go command: no C compiler, nothing of the user's flags or workspace, and no toolchain
 * download unless the user asked for one by GOTOOLCHAIN. Proxy settings stay the user's own.
 */
export function goEnvironment(env: Env = process.env): Env {
  return {
    ...env,
    CGO_ENABLED: "0",
    GO111MODULE: "on",
    GOARCH: goArch(),
    GOFLAGS: "-mod=readonly",
    GOOS: process.platform,
    GOTOOLCHAIN: env.GOTOOLCHAIN || "local",
    GOWORK: "off",
  };
}

function goArch(): string {
  return arch() === "x64" ? "amd64" : arch();
}
