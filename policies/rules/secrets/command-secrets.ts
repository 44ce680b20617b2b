/** A word of a command that is given a value under a name. */
export interface NamedWord {
  /** The option or the variable. `password` where the program says so of an option without a name of its own. */
  readonly name: string;
  readonly text: string;
}

/** Options of one letter that are followed by a password, or have it glued on (`-phunter2`), by the program's name. */
const PASSWORD_OPTIONS: readonly [program: RegExp, apart: readonly string[], glued: readonly string[]][] = [
  [/^(?:mysql|mariadb)/, [], ["-p"]],
  [/^redis(?:-cli|-benchmark)?$/, ["-a"], []],
  [/^(?:sshpass|mongo|cqlsh|rabbitmqadmin)/, ["-p"], ["-p"]],
  // docker login, helm registry login
  [/^login$/, ["-p"], []],
  [/^(?:sqlcmd|bcp)$/, ["-P"], ["-P"]],
  [/^ldap/, ["-w"], ["-w"]],
];
/** Options that take a user's name with a password: `admin:hunter2`. */
const LOGIN_OPTION = /^(?:-u|-U|--user|--proxy-user|--creds|--http-user)$/;
const CLIENTS = /^(?:curl|wget|http|https|skopeo|ab|siege|hey)$/;

const USER_OPTION = /^--?(?:user|username)$/;
/** Accounts that may do everything: for them a password like the name is a leak all the same. */
const POWERFUL = new Set(["root", "admin", "administrator", "postgres", "sa", "default", "guest"]);

/** Reads the words of one command in their order. */
export class CommandReader {
  #before = "";
  #program: (typeof PASSWORD_OPTIONS)[number] | undefined;
  #isClient = false;
  #user = "";

  /** What a word is given, as far as the words before it tell. */
  read(word: string): NamedWord {
    const before = this.#before;
    this.#before = word;
    if (word === END) {
      this.#program = undefined;
      this.#isClient = false;
      this.#user = "";
      return { name: "", text: "" };
    }
    if (USER_OPTION.test(before)) this.#user = word;
    const base = word.slice(word.lastIndexOf("/") + 1);
    this.#program ??= PASSWORD_OPTIONS.find(([program]) => program.test(base));
    this.#isClient ||= CLIENTS.test(base);
    const found = this.#byProgram(before, word) ??
      assigned(word) ??
      following(before, word) ?? { name: "", text: word };
    return this.#isOpen(found.text) ? { name: "", text: found.text } : found;
  }

  /** An account whose password is its own name, such as one that a probe may only ping with, is open to all. */
  #isOpen(password: string): boolean {
    return password !== "" && password === this.#user && !POWERFUL.has(password.toLowerCase());
  }

  #byProgram(before: string, word: string): NamedWord | undefined {
    const [, apart = [], glued = []] = this.#program ?? [];
    const option = glued.find((one) => word.startsWith(one) && word.length > one.length);
    if (option !== undefined) {
      this.#before = "";
      return { name: "password", text: word.slice(option.length) };
    }
    if (apart.includes(before) && !word.startsWith("-")) return { name: "password", text: word };
    if (!this.#isClient) return undefined;
    const [, login] = LOGIN_OPTION.test(before)
      ? [before, word]
      : (/^(-u|--user=)(.*:.*)$/s.exec(word)?.slice(1) ?? []);
    const colon = login?.indexOf(":") ?? -1;
    return login === undefined || colon < 0 ? undefined : { name: "password", text: login.slice(colon + 1) };
  }
}

/** `--token=abc`, `-token=abc` and `TOKEN=abc` are called `token`, and their text is what follows. */
function assigned(word: string): NamedWord | undefined {
  const [, name, text = ""] = /^(?:--?)?([A-Za-z_][\w.-]{0,100})=(.*)$/s.exec(word) ?? [];
  return name === undefined ? undefined : { name, text };
}

/** `--token abc` */
function following(before: string, word: string): NamedWord | undefined {
  const [, name] = /^--?([A-Za-z][\w.-]{1,100})$/.exec(before) ?? [];
  return name === undefined || word.startsWith("-") || word === "" ? undefined : { name, text: word };
}

/** Ends a command within a line of a shell. */
const END = "\n";

/** Whether a word is itself a line for a shell, or several. */
export function isShellText(word: string): boolean {
  return /[\s;|&]/.test(word.trim());
}

/** Commands within commands within commands are as deep as people write them. */
const DEEPEST = 3;

/** What the commands of a shell's text are given, those in `$(...)` too. */
export function* shellNamed(text: string, depth = 0): Generator<NamedWord> {
  const reader = new CommandReader();
  for (const word of shellWords(text)) {
    const found = reader.read(word);
    // What begins so a shell fills in.
    yield /^[$`]/.test(found.text) ? { name: "", text: found.text } : found;
    const inner = word.indexOf("$(");
    if (inner >= 0 && depth < DEEPEST) yield* shellNamed(word.slice(inner + 2), depth + 1);
  }
}

/** The words of a shell's text without their quotes, and END between commands. What a shell fills in stays in one word. */
export function* shellWords(text: string): Generator<string> {
  let word = "";
  let quote = "";
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? "";
    if (quote !== "") {
      if (character === quote) quote = "";
      else word += character;
    } else if (depth > 0) {
      depth += DEPTHS[character] ?? 0;
      word += character;
    } else if (character === "#" && word === "") {
      while (index + 1 < text.length && text[index + 1] !== "\n") index += 1;
    } else if (character === "'" || character === '"') quote = character;
    else if (character === "\\") word += text[++index] ?? "";
    else if (character === "$" && text[index + 1] === "(") {
      depth = 1;
      word += "$(";
      index += 1;
    } else if (/[\s;|&()]/.test(character)) {
      if (word !== "") yield word;
      word = "";
      if (/[\n;|&]/.test(character)) yield END;
    } else word += character;
  }
  if (word !== "") yield word;
}

const DEPTHS: Readonly<Record<string, number>> = { "(": 1, ")": -1 };
