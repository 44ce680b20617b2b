/** What a collector does with fields and texts that name a person, as statements of its language of transformations. */

const LETTERS = String.raw`[\p{L}\p{N}]`;
/** In any text and alphabet, also as it is written in an address of the web: `anna%40example.com`. */
export const E_MAIL = String.raw`[\p{L}\p{N}._%+-]+(@|%40)[\p{L}\p{N}-]+([.]${LETTERS}[\p{L}\p{N}-]*)+`;
/** What follows `?` in an address or a path. */
export const QUERY = String.raw`(://|/)([^\s?"']*)[?]\S*`;
/** The user and password of an address. */
export const ENTRANCE = String.raw`://[^\s/@]*@`;

const MASKS: readonly (readonly [pattern: string, becomes: string])[] = [
  [ENTRANCE, "://"],
  // A configuration has two for one: what follows a single one is the name of a variable.
  [QUERY, "$$1$$2"],
  [E_MAIL, "<e-mail>"],
];

/** A text of the language of transformations. */
export const quoted = (text: string): string => JSON.stringify(text);

/** Cuts what follows `?` and masks e-mail addresses in one text. */
export function maskedText(path: string): string[] {
  return MASKS.map(
    ([pattern, becomes]) => `replace_pattern(${path}, ${quoted(pattern)}, ${quoted(becomes)}) where IsString(${path})`,
  );
}

/** The same in the names and the texts of a map. */
export function maskedFields(path: string): string[] {
  return [
    ...MASKS.map(
      ([pattern, becomes]) => `replace_all_patterns(${path}, "value", ${quoted(pattern)}, ${quoted(becomes)})`,
    ),
    `replace_all_patterns(${path}, "key", ${quoted(E_MAIL)}, "<e-mail>")`,
  ];
}

export function withoutFields(path: string, fields: readonly string[]): string[] {
  return fields.length > 0 ? [`delete_matching_keys(${path}, ${quoted(personalPattern(fields))})`] : [];
}

/**
 * Names that have one of these as a part, at any depth, and all that lies below them. Parts are told by separators and by case: `email` is in
 * `customerEmail`, `emails.0`, `E-MAIL_HASH`; `ip` in `clientIp`, `client_ip`, `userIPAddress`, and neither in `shipped` nor in `ipsum`.
 */
export function personalPattern(fields: readonly string[]): string {
  const words = fields.map((field) => field.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).split(" "));
  const any = words.map((parts) => parts.map(eitherCase).join("[._ -]?")).join("|");
  const capital = words.map(([first = "", ...rest]) => [upperFirst(first), ...rest.map(eitherCase)].join("[._ -]?"));
  const upper = words.map((parts) => parts.map((part) => part.toUpperCase()).join("[._ -]?")).join("|");
  const lower = `((^|[^A-Za-z])(${any})|[a-z](${capital.join("|")}))(e?s)?($|[^a-z])`;
  return `${lower}|(^|[^A-Z])(${upper})(E?S|s)?($|[^A-Za-z]|[A-Z][a-z])`;
}

function eitherCase(word: string): string {
  return `[${word.charAt(0)}${word.charAt(0).toUpperCase()}]${word.slice(1)}`;
}

function upperFirst(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
