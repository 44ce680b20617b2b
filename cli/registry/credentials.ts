import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { EXIT, Failure } from "../failure.ts";

/** Who asks a registry. Nothing is ever written down of it, and no message repeats it. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Finds who asks a host; nothing if nobody in particular does. */
export type FindCredentials = (host: string) => Promise<Credentials | undefined>;

interface DockerConfig {
  readonly auths?: Readonly<
    Record<string, { readonly auth?: string; readonly username?: string; readonly password?: string }>
  >;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

/** Under which Docker keeps the login of its own registry. */
const DOCKER_KEY = "https://index.docker.io/v1/";

/**
 * As `docker login` has left them: in `config.json` of `$DOCKER_CONFIG`, or of `~/.docker`, or with the helper that it names, a program
 * `docker-credential-<helper>` on PATH. Throws `Failure` if that file cannot be read.
 */
export function dockerCredentials(env: Readonly<Record<string, string | undefined>>): FindCredentials {
  const file = join(env.DOCKER_CONFIG ?? join(env.HOME ?? homedir(), ".docker"), "config.json");
  const config = existsSync(file) ? parse(file) : {};
  return async (host) => {
    const keys = host === "registry-1.docker.io" ? [DOCKER_KEY, "docker.io"] : [host, `https://${host}`];
    for (const key of keys) {
      const helper = config.credHelpers?.[key];
      if (helper !== undefined) return ask(helper, key, env);
      const plain = plainly(config.auths?.[key]);
      if (plain) return plain;
    }
    return config.credsStore === undefined ? undefined : ask(config.credsStore, keys[0] ?? host, env);
  };
}

function parse(file: string): DockerConfig {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as DockerConfig;
  } catch {
    throw new Failure(
      EXIT.failed,
      `${file} cannot be read: it is no JSON, or not yours to read.`,
      "docker login writes it anew",
    );
  }
}

function plainly(entry: NonNullable<DockerConfig["auths"]>[string] | undefined): Credentials | undefined {
  const [, user = entry?.username ?? "", password = entry?.password ?? ""] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(entry?.auth ?? "", "base64").toString()) ?? [];
  return user === "" ? undefined : { user, password };
}

/** A helper that knows nobody says so by failing. */
async function ask(
  helper: string,
  server: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Credentials | undefined> {
  const answer = await new Promise<string>((resolve) => {
    const child = execFile(
      `docker-credential-${helper}`,
      ["get"],
      { env: { ...env }, timeout: 30_000 },
      (error, stdout) => resolve(error ? "{}" : stdout),
    );
    child.stdin?.on("error", () => {});
    child.stdin?.end(server);
  });
  const { Username = "", Secret = "" } = understood(answer, helper, server);
  return Username === "" ? undefined : { user: Username, password: Secret };
}

/** What a helper answers may be the secret itself: no error repeats any of it, and so none has the parser's for its cause. */
function understood(answer: string, helper: string, server: string): { Username?: string; Secret?: string } {
  try {
    return Object(JSON.parse(answer));
  } catch {
    throw new Failure(
      EXIT.failed,
      `docker-credential-${helper} gave something that is no JSON when asked for ${server}.`,
      `docker login ${server} writes anew what it knows. If it says the same then, that program is not of Docker's protocol for helpers.`,
    );
  }
}
