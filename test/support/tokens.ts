import { createSign, generateKeyPairSync, type KeyObject } from "node:crypto";

const KEY_ID = "one";

/** Issues tokens (JWT) as an issuer would, or somebody who is none. */
export class Tokens {
  readonly #standard: object;
  readonly #privateKey: KeyObject;
  /** The set of public keys (JWKS), as JSON. */
  readonly keys: string;

  constructor(issuer: string, audience: string) {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.#standard = { iss: issuer, aud: audience, sub: "anna" };
    this.#privateKey = privateKey;
    this.keys = JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: KEY_ID, alg: "ES256" }] });
  }

  /** The header with a token that is good for five minutes, but for what the claims say. */
  header(claims: object = {}): { authorization: string } {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const exp = Math.floor(Date.now() / 1_000) + 300;
    const text = `${part({ alg: "ES256", kid: KEY_ID })}.${part({ ...this.#standard, exp, ...claims })}`;
    const signature = createSign("sha256").update(text).sign({ key: this.#privateKey, dsaEncoding: "ieee-p1363" });
    return { authorization: `Bearer ${text}.${signature.toString("base64url")}` };
  }
}
