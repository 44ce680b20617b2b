import { createHash, createHmac, pbkdf2Sync } from "node:crypto";

/** What PostgreSQL itself takes (`scram_iterations`). */
const ITERATIONS = 4_096;
const SALT_BYTES = 16;

/**
 * What PostgreSQL keeps of a password (RFC 5802, as in `pg_authid.rolpassword`). A server that is told this learns no password, nor can
 * its log repeat one. The salt is made from the role and the password: the same each time, or every run of the program would change it.
 * A random password of 190 bits needs no better one. It is still a secret: with it the server's side could be played.
 */
export function scramVerifier(role: string, password: string): string {
  const salt = createHash("sha256").update(`${role}\0${password}`).digest().subarray(0, SALT_BYTES);
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, "sha256");
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
  const stored = createHash("sha256").update(hmac("Client Key")).digest("base64");
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString("base64")}$${stored}:${hmac("Server Key").toString("base64")}`;
}
