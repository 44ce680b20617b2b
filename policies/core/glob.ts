/**
 * Whether a text fits a pattern in which `*` stands for any characters, and `?` for one where `one` says so. Patterns are
 * written by people, so no regular expression is made of them: `*a*a*a*` would take one for ever. This takes at most the
 * length of the pattern times that of the text.
 */
export function fits(pattern: string, text: string, { one = false } = {}): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  let here = 0;
  while (here < text.length) {
    if (pattern[at] === "*") {
      star = at++;
      resume = here;
    } else if (pattern[at] === text[here] || (one && pattern[at] === "?")) {
      at++;
      here++;
    } else if (star < 0) {
      return false;
    } else {
      // The last star takes one character more: an earlier one need never give back what it has.
      at = star + 1;
      here = ++resume;
    }
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
