import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** Who signed in: the role that was asked for, and what the token says of its owner. */
interface SignedIn {
  readonly role: string | null;
  readonly claims: { readonly sub: string; readonly aud: readonly string[] };
}

/** What of AWS the operator talks to, as far as it does: STS, which takes a token for a role, and Secrets Manager. */
export interface SecretsManager {
  readonly url: string;
  /** What it holds, by name. */
  readonly secrets: Map<string, string>;
  /** Everything that somebody signed in with. */
  readonly signedIn: SignedIn[];
  close(): void;
}

/** The only session that there is. */
const SESSION = {
  AccessKeyId: "ASIATESTSESSION",
  SecretAccessKey: "key-of-the-session",
  SessionToken: "token-of-the-session",
};

export async function secretsManager(): Promise<SecretsManager> {
  const secrets = new Map<string, string>();
  const signedIn: SignedIn[] = [];
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const target = request.headers["x-amz-target"];
    if (target === undefined) {
      signedIn.push(signIn(new URLSearchParams(body)));
      response.writeHead(200, { "content-type": "text/xml" }).end(credentials());
      return;
    }
    const [status, answer] = request.headers.authorization?.includes(SESSION.AccessKeyId)
      ? answerTo(target, body, secrets)
      : ([403, { __type: "AccessDeniedException", Message: "not signed in" }] as const);
    response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, secrets, signedIn, close };
}

function answerTo(target: string | string[], body: string, secrets: ReadonlyMap<string, string>): [number, object] {
  const { SecretId: name = "" } = JSON.parse(body) as { SecretId?: string };
  const value = secrets.get(name);
  if (target !== "secretsmanager.GetSecretValue")
    return [400, { __type: "UnknownOperationException", Message: `${target} is not there` }];
  if (value === undefined)
    return [400, { __type: "ResourceNotFoundException", Message: "Secrets Manager can't find the specified secret." }];
  const ARN = `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-AbCdEf`;
  return [200, { ARN, Name: name, SecretString: value, VersionId: "1", VersionStages: ["AWSCURRENT"] }];
}

function signIn(asked: URLSearchParams): SignedIn {
  const [, claims = ""] = (asked.get("WebIdentityToken") ?? "").split(".");
  return { role: asked.get("RoleArn"), claims: JSON.parse(Buffer.from(claims, "base64url").toString()) };
}

function credentials(): string {
  const { AccessKeyId, SecretAccessKey, SessionToken } = SESSION;
  const given = Object.entries({ AccessKeyId, SecretAccessKey, SessionToken, Expiration: "2099-01-01T00:00:00Z" });
  const fields = given.map(([name, value]) => `<${name}>${value}</${name}>`).join("");
  const name = "AssumeRoleWithWebIdentity";
  return `<${name}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${name}Result><Credentials>${fields}</Credentials></${name}Result></${name}Response>`;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
