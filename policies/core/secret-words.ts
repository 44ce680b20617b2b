/** Words that by themselves say that a value is secret. */
const SECRET = new Set(["password", "passwd", "passphrase", "pwd", "secret", "credential", "credentials", "apikey"]);
/** Words that say so at the end of a name only: `CLIENT_TOKEN`, but not `TOKEN_ISSUER`. */
const SECRET_AT_END = new Set(["token", "key", "pass", "cookie", "dsn", "pat"]);
/** Keys that everybody may know. */
const OPEN_KEYS = new Set([
  "public",
  "pub",
  "partition",
  "sort",
  "primary",
  "foreign",
  "routing",
  "idempotency",
  "cache",
]);
/** Endings that make of a secret's name the name of something about it. */
const ABOUT = new Set(
  (
    "file path dir directory name names ref id url uri host issuer length min max ttl age timeout expiry expires rotation" +
    " policy enabled required provider type mode header algorithm encryption version count prefix suffix mount"
  ).split(" "),
);
/** Endings that change nothing: `OCI_CLI_KEY_CONTENT` is still the key. */
const QUALIFIERS = new Set([
  "content",
  "contents",
  "value",
  "data",
  "text",
  "string",
  "raw",
  "base64",
  "b64",
  "old",
  "new",
]);

/** Whether a name (of a variable, a key, an option) says that its value is secret. */
export function namesSecret(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/api[_\-. ]?key/g, "apikey")
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "" && !/^\d+$/.test(word));
  while (words.length > 1 && QUALIFIERS.has(words.at(-1) ?? "")) words.pop();
  const last = words.at(-1) ?? "";
  if (SECRET_AT_END.has(last) && !OPEN_KEYS.has(words.at(-2) ?? "")) return true;
  return words.some((word) => SECRET.has(word)) && !ABOUT.has(last);
}

/** Shapes that only secrets have. */
const SHAPES: readonly [what: string, shape: RegExp][] = [
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ["an AWS access key", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ["a GitHub token", /\bgh[pousr]_[A-Za-z0-9]{36}/],
  ["a Slack token", /\bxox[abprs]-[A-Za-z0-9-]{10}/],
  ["a signed token (JWT)", /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8}/],
  ["a URL with a password in it", /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{0,64}:[^\s/@$]{1,128}@/i],
];

/** What secret a text holds by its shape, e.g. "a private key"; undefined if none is seen. */
export function secretIn(text: string): string | undefined {
  return SHAPES.find(([, shape]) => shape.test(text))?.[0];
}

/** Whether a value cannot be a secret, whatever its name: nothing, a switch, or a reference that is filled in later. */
export function harmless(value: string): boolean {
  return /^(?:true|false|yes|no|on|off)?$/i.test(value.trim()) || /^\$[({][\w.]+[)}]$/.test(value.trim());
}
