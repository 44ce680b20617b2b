/** Names of fields that hold a secret themselves. A name of where a secret is (`passwordFile`, `tokenRef`) is none. */
const SECRET_NAME =
  /(^|[_\-.])(password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)s?$/i;
/** Fields whose values look random by nature. */
const FINGERPRINT_NAME = /(^|\.)(version|tag|commit|revision|digest)$/i;
const BOUNDARY = /([a-z0-9])([A-Z])/g;

/** What gives a secret away by its form, whatever its name. */
const SECRET_FORMS: readonly { readonly form: RegExp; readonly what: string }[] = [
  { form: /-----BEGIN [A-Z ]*PRIVATE KEY-----/, what: "a private key" },
  { form: /\b(AKIA|ASIA)[0-9A-Z]{16}\b/, what: "an AWS access key" },
  { form: /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i, what: "an address with a password in it" },
  // The same without a scheme. An image by its digest, `orders:1@sha256:…`, is none.
  { form: /^[^\s/:@]+:[^\s/@]+@(?!sha\d+:)[\w-]+[.:]/, what: "an address with a password in it" },
  {
    form: /\b(gh[pousr]_[A-Za-z0-9]{36,}|xox[abposr]-[A-Za-z0-9-]{10,}|glpat-[\w-]{20,}|sk_live_\w{16,})\b/,
    what: "an access token",
  },
  {
    form: /\bhttps?:\/\/\S*[?&][^=&\s]*(key|token|secret|password|signature)[^=&\s]*=[^&\s]/i,
    what: "an address with a key in its query",
  },
  { form: /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/, what: "a signed token (JWT)" },
];

const HEX = /^(?=.*\d)(?=.*[a-f])[0-9a-f]{32,}$/i;
/** Random text of a key's length: shorter ones cannot be told from names. */
const SHORTEST_RANDOM = 24;
/** Bits for each character. English and names of things stay under 3.6, base64 and hex of random bytes above it. */
const RANDOM_ENTROPY = 3.6;

/** What kind of secret a value is by its form alone, if it is one. */
export function passwordIn(value: string): string | undefined {
  return SECRET_FORMS.find(({ form }) => form.test(value))?.what;
}

/** What kind of secret a value seems to be, by the name of its field and by its form; nothing if it seems to be none. */
export function secretIn(field: string, value: string): string | undefined {
  if (value === "") return undefined;
  if (SECRET_NAME.test(field.replace(BOUNDARY, "$1-$2"))) return `a secret, by the name of its field`;
  return passwordIn(value) ?? randomIn(field, value);
}

function randomIn(field: string, value: string): string | undefined {
  return !FINGERPRINT_NAME.test(field) && isRandom(value) ? "a random key" : undefined;
}

/** Long text without words: letters and digits mixed as chance mixes them. */
function isRandom(value: string): boolean {
  if (HEX.test(value)) return true;
  if (value.length < SHORTEST_RANDOM || !/^[A-Za-z0-9+/_=-]+$/.test(value)) return false;
  const mixed = (/\d/.test(value) && /[A-Za-z]/.test(value)) || changesOfCase(value) >= value.length / 3;
  const words = value.split(/[-_/]/).every((part) => /^([a-z]+|[A-Z]+|[A-Z][a-z]+)?\d{0,4}$/.test(part));
  return mixed && !words && entropy(value) >= RANDOM_ENTROPY;
}

/** How often a capital stands beside a small letter. Names have two for each word, random letters one for every two. */
function changesOfCase(text: string): number {
  return text.match(/[a-z](?=[A-Z])|[A-Z](?=[a-z])/g)?.length ?? 0;
}

/** Shannon entropy in bits for each character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}
