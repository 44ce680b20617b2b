/** Words that by themselves say that a value is secret. */
const SECRET = new Set(["password", "passwd", "passphrase", "pwd", "secret", "credential", "credentials", "apikey"]);
/** Words that say so at the end of a name only: `CLIENT_TOKEN`, but not `TOKEN_ISSUER`. */
const SECRET_AT_END = new Set(["token", "key", "pass", "cookie", "dsn", "pat", "bearer"]);
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

/** Shapes that only secrets have. Each is bounded or anchored, so that a long text costs no more than its length. */
const SHAPES: readonly [what: string, shape: RegExp][] = [
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----/],
  ["an AWS access key", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ["a GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22})/],
  ["a GitLab token", /\bglpat-[\w-]{20}/],
  ["a Slack token", /\bxox[abeoprs]-[A-Za-z0-9-]{10}/],
  ["a Stripe key", /\b[rs]k_live_[A-Za-z0-9]{16}/],
  ["a Google API key", /\bAIza[\w-]{35}/],
  ["a SendGrid key", /\bSG\.[\w-]{16,32}\.[\w-]{16}/],
  ["an npm token", /\bnpm_[A-Za-z0-9]{36}/],
  ["a Vault token", /\bhv[sb]\.[\w-]{20}/],
  ["an Azure account key", /\bAccountKey=[A-Za-z0-9+/]{40}/],
  ["a signed token (JWT)", /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8}/],
  ["a URL with a password in it", /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{0,64}:[^\s/@$]{1,128}@/i],
  // The same without a scheme. An image by its digest, `orders:1@sha256:...`, and a mail address are none.
  [
    "an address with a password in it",
    /^(?!(?:mailto|sips?|xmpp|acct|urn):)[^\s/:@]{1,64}:[^\s/@${]{1,128}@(?!sha\d+:)[\w-]{1,64}[.:]/i,
  ],
  // A line of a file, or a part of a connection string. What is filled in later, is a path or a placeholder is none.
  [
    "a password in a line",
    /(?:^|[;?&])[ \t]*["']?[\w.-]{0,64}(?:password|passwd|passphrase|client_?secret|api_?key)["']?[ \t]{0,8}[:=][ \t]{0,8}(?!["']?(?:[$<{%*/~|>&!]|\.{1,2}\/|(?:true|false|null|none|nil|yes|no)\b|arn:))["']?[^\s"';&]{4,}["']?[ \t,]*(?:$|[;&#\r])/im,
  ],
];

/** What secret a text holds by its shape, e.g. "a private key"; undefined if none is seen. */
export function secretIn(text: string): string | undefined {
  return SHAPES.find(([, shape]) => shape.test(text))?.[0];
}

/** Names of what looks random and is no secret. */
const FINGERPRINT =
  /(?:^|[^a-z])(?:id|uuid|guid|version|tag|commit|revision|digest|hash|checksum|sha\d*|etag|build|arn)s?$/i;
const HEX = /^(?=.*\d)(?=.*[a-f])[0-9a-f]{32,}$/i;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Random text of a key's length: shorter ones cannot be told from names, and longer ones than keys are data. */
const RANDOM = { shortest: 24, longest: 256 };
/** Bits for each character. English and names of things stay under 3.6, base64 and hex of random bytes above it. */
const RANDOM_ENTROPY = 3.6;

/** Whether a value is random text, as keys are, under a name that does not say it is an id or a fingerprint. */
export function looksRandom(name: string, value: string): boolean {
  const spaced = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2");
  if (FINGERPRINT.test(spaced) || UUID.test(value) || value.length > RANDOM.longest) return false;
  if (HEX.test(value)) return true;
  // An option or a path begins otherwise than keys do.
  if (value.length < RANDOM.shortest || !/^[A-Za-z0-9+_][A-Za-z0-9+/_-]*={0,2}$/.test(value)) return false;
  const mixed = (/\d/.test(value) && /[A-Za-z]/.test(value)) || changesOfCase(value) >= value.length / 3;
  const words = value.split(/[-_/]/).every((part) => /^([a-z]+|[A-Z]+|[A-Z][a-z]+)?\d{0,4}$/.test(part));
  return mixed && !words && entropy(value) >= RANDOM_ENTROPY;
}

/** How often a capital stands beside a small letter: names have two for each word, random letters one for every two. */
function changesOfCase(text: string): number {
  return text.match(/[a-z](?=[A-Z])|[A-Z](?=[a-z])/g)?.length ?? 0;
}

/** Shannon entropy in bits for each character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}

/** References that are filled in later: by Kubernetes, a shell, a template, CloudFormation or AWS. */
const REFERENCES = [
  /^\$\{[\w.[\]"'*-]+\}$/,
  /^\$\([^()]+\)$/,
  /^\$[A-Za-z_]\w*$/,
  /^\{\{[^{}]*\}\}$/,
  /^\{\{resolve:[\w:/.-]+\}\}$/,
  /^arn:[\w-]*:(?:secretsmanager|ssm|kms):/,
  // Where it is, not what it is.
  /^(?:\/[\w.-]+){2,}$/,
];

/** Whether a value cannot be a secret, whatever its name: nothing, a switch, a path, or a reference that is filled in later. */
export function harmless(value: string): boolean {
  const text = value.trim();
  return /^(?:true|false|yes|no|on|off)?$/i.test(text) || REFERENCES.some((form) => form.test(text));
}
