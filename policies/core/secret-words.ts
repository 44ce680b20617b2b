import { hasSecretLine } from "./secret-lines.ts";
import { harmless } from "./secret-names.ts";

/** Shapes that only secrets have. Each is bounded or anchored, so that a long text costs no more than its length. */
const SHAPES: readonly [what: string, shape: RegExp][] = [
  ["a private key", /-----BEGIN [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----/],
  // The same in base64: a kubeconfig's `client-key-data`.
  ["a private key", /LS0tLS1CRUdJTiB(?:QUklWQVRF|SU0EgUFJJVkFURS|FQyBQUklWQVRF|PUEVOU1NIIFBSSVZBVEUg)/],
  ["an AWS access key", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ["a GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22})/],
  ["a GitLab token", /\bglpat-[\w-]{20}/],
  ["a Slack token", /\bxox[abeoprs]-[A-Za-z0-9-]{10}/],
  ["a Slack webhook", /\bhooks\.slack\.com\/(?:services|workflows)\/T\w{6,16}\/[AB]\w{6,16}\/\w{12}/],
  ["a Stripe key", /\b[rs]k_live_[A-Za-z0-9]{16}/],
  ["a Google API key", /\bAIza[\w-]{35}/],
  ["a SendGrid key", /\bSG\.[\w-]{16,32}\.[\w-]{16}/],
  ["an npm token", /\bnpm_[A-Za-z0-9]{36}/],
  ["a Hugging Face token", /\bhf_[A-Za-z0-9]{30}/],
  ["a Vault token", /\bhv[sb]\.[\w-]{20}/],
  ["an Azure account key", /\b(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40}/],
  ["a signed token (JWT)", /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8}/],
  [
    "a header that logs in",
    /\bauthorization["']?[ \t]{0,8}[:=][ \t]{0,8}["']?(?:bearer|basic|token|apikey)[ \t]{1,8}(?![$<{%*.]|token\b)[^\s"'\\]{4}/i,
  ],
  ["a line of .pgpass", /^[\w.*-]{1,253}:(?:\d{1,5}|\*):[\w.*-]{1,63}:[\w.*-]{1,63}:(?![$<{%*])[^\s:]{4}/m],
  ["a hashed password", /^[\w.@+-]{1,64}:(?:\$(?:apr1|2[abxy]|1|5|6)\$|\{SHA\})[^\s:]{8}/m],
  ["a password in a line", /^[ \t]{0,16}(?:requirepass|masterauth)[ \t]{1,8}(?!["']{2}|[$<{%])\S{4}/m],
  ["a password in a line", /\blogin[ \t]{1,8}\S{1,64}[ \t]{1,8}password[ \t]{1,8}(?![$<{%])\S{4}/],
];

/** `scheme://user:password@`; a path may hold an @ too, hence the port is told from a password. */
const URL_LOGIN = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{0,64}:([^\s@"'<>]{1,128})@/gi;
/** The same without a scheme. An image by its digest, `orders:1@sha256:...`, a package and a mail address are none. */
const ADDRESS_LOGIN =
  /^(?!(?:mailto|sips?|xmpp|acct|urn|npm|jsr|pkg|git|workspace|file):)[^\s/:@]{1,64}:([^\s/@]{1,128})@(?!sha\d{1,4}:)[\w-]{1,64}([.:(]|$)/i;
/** In the file of a registry's logins: a user's name and a password in base64. */
const REGISTRY_LOGIN = /"auth"[ \t]{0,8}:[ \t]{0,8}"([A-Za-z0-9+/]{8,2048}={0,2})"/g;

/** What secret a text holds by its shape, e.g. "a private key"; undefined if none is seen. */
export function secretIn(text: string): string | undefined {
  const found = SHAPES.find(([, shape]) => shape.test(text))?.[0];
  if (found !== undefined) return found;
  for (const [, password = ""] of text.matchAll(URL_LOGIN))
    if (isPassword(password)) return "a URL with a password in it";
  const [, password, after] = ADDRESS_LOGIN.exec(text) ?? [];
  const isPort = after === "" && /^\d{1,5}$/.test(password ?? "");
  if (password !== undefined && !isPort && isPassword(password)) return "an address with a password in it";
  for (const [, login = ""] of text.matchAll(REGISTRY_LOGIN))
    if (Buffer.from(login, "base64").toString("latin1").includes(":")) return "a registry's login";
  return hasSecretLine(text) ? "a password in a line" : undefined;
}

/** What stands before an @ is a port and a path, is filled in later, or is a password. `$ecret1` names no variable. */
function isPassword(text: string): boolean {
  if (/^\$(?=.*[a-z])(?=.*\d)\w+$/.test(text)) return true;
  return !/^(?:\d{1,5}\/|\$[({]|\{)/.test(text) && !harmless(text);
}
