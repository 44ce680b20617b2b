/**
 * The same YAML with everything indented that goes on in another line: what stands in brackets or in quotes. There kubectl
 * takes any indentation, and YAML 1.2 asks for more than the line's above. It is white space that means nothing, so nothing
 * but the columns changes.
 */
export function indented(text: string): string {
  const lines = text.split("\n");
  const further = " ".repeat(Math.max(0, ...lines.map(indentOf)) + 1);
  let open: Open = { brackets: 0, quote: undefined };
  let block: number | undefined;
  return lines
    .map((line) => {
      if (block !== undefined && (line.trim() === "" || indentOf(line) > block)) return line;
      block = undefined;
      const goesOn = open.brackets > 0 || open.quote !== undefined;
      open = after(line, open);
      if (!goesOn && open.brackets === 0 && open.quote === undefined && BLOCK_TEXT.test(line)) block = indentOf(line);
      return goesOn && line.trim() !== "" ? further + line : line;
    })
    .join("\n");
}

/** What is open at the end of a line. */
interface Open {
  readonly brackets: number;
  readonly quote: '"' | "'" | undefined;
}

/** `key: |`, `- >-`: the lines below that stand further right are text, whatever they hold. */
const BLOCK_TEXT = /(?:^|[:-]\s+)(?:[&!]\S+\s+)*[|>][+-]?\d?[+-]?\s*(?:#.*)?$/;

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function after(line: string, { brackets, quote }: Open): Open {
  let [depth, inside] = [brackets, quote];
  for (let at = 0; at < line.length; at++) {
    const char = line[at];
    if (inside === '"' && char === "\\") at++;
    else if (inside === "'" && char === "'" && line[at + 1] === "'") at++;
    else if (inside) inside = char === inside ? undefined : inside;
    else if (char === "#" && (at === 0 || /\s/.test(line[at - 1] ?? ""))) break;
    else if (depth > 0 && (char === "]" || char === "}")) depth--;
    else if (begins(line.slice(0, at), depth > 0)) {
      if (char === "[" || char === "{") depth++;
      else if (char === '"' || char === "'") inside = char;
    }
  }
  return { brackets: depth, quote: inside };
}

/** Whether a value may begin after this: elsewhere brackets and quotes are characters like others. */
function begins(before: string, isInBrackets: boolean): boolean {
  const nothingElse = /(?:^|[:?-]\s+|---\s+)(?:[&!]\S+\s+)*$/.test(before) || before.trim() === "";
  return nothingElse || (isInBrackets && /[[{,:]\s*$/.test(before));
}
