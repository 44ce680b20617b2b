const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Words at the end of a name that by themselves say that the value is secret. */
export const SECRET = words(
  "password passwords passwd passphrase passphrases passcode passcodes pwd pass secret token apikey apikeys requirepass",
);
/** The same as the ending of a longer word: `PGPASSWORD`, `authtoken`. */
export const SECRET_ENDINGS = /(?:passwords?|passwd|passphrase|passcode|pwd|pass|secrets?|token|apikeys?)$/;
/** Words that end so by chance. */
export const NO_SECRETS = words(
  "bypass compass encompass surpass trespass overpass underpass multipass askpass oldpwd",
);
/** Words that also say so elsewhere in a name, of a value that is no word, number, path or address. */
export const SECRET_ANYWHERE = words(
  "password passwords passwd passphrase pwd secret secrets credential credentials apikey",
);
/** Words at the end of a name that say so of a value that is no word, number, path or address. */
export const PERHAPS = words("tokens secrets credential credentials cookie cookies pat bearer auth authorization");
/** Of these, the ones that hold a user's name and a password: `admin:hunter2`. */
export const PAIRS = words("auth authorization credential credentials bearer");

/** What stands before `key` where everybody may know it. */
export const OPEN_KEYS = words(
  "public pub publishable partition sort primary foreign routing idempotency cache object objects topology resource" +
    " group sorting range shard shards label annotation column row map message event metric dedup deduplication" +
    " translation i18n hash lookup site gpg state lock host known",
);
/** What stands before `key` where nobody may. */
export const CLOSED_KEYS = words(
  "secret private encryption encrypt signing master access api auth jwt hmac session account shared deploy service",
);
/** What stands before `secret` where it is the name of a Secret. */
export const OBJECTS = words("password token tls pull ca image cert certificate credentials existing");
/** At the beginning of a name they make a switch of it. */
export const SWITCHES = words(
  "use enable enabled disable allow require no with without skip show hide print verify min max num forgot reset change",
);

/** Endings that make of a secret's name the name of something about it. */
export const ABOUT = words(
  "file files path paths dir directory name names ref refs id ids url uri host issuer length min max ttl age timeout" +
    " expiry expires rotation policy enabled required provider type mode header headers algorithm encryption version" +
    " count prefix suffix mount stdin store class interval link allowed endpoint regex pattern field label arn format",
);
/** Endings that change nothing: `OCI_CLI_KEY_CONTENT` is still the key. */
export const QUALIFIERS = words(
  "content contents value values data text string raw base64 b64 old new current previous next default plain plaintext" +
    " prod production live staging dev test",
);

/** Ways to log in and to hash, whose names have digits. */
export const METHODS = words(
  "oauth2 saml2 md5 sha1 sha256 sha512 sigv4 v2 v3 v4 argon2 argon2id pbkdf2 kv2 hs256 rs256 es256 ed25519 p256 aes256",
);
/** What a schema or a form says where a file of settings has a value. */
export const TYPES = words(
  "string str text varchar bytes required optional hidden sensitive redacted boolean number integer keyword object array",
);
