import { CARD, type Card, type Column, layoutOf, type Path } from "./layout.ts";
import type { Application, Entry, Pods, StackModel } from "./model.ts";

/** Colours for a light and a dark page. The picture brings its own ground, so it is legible on any. */
const STYLE = `
  :root { --ground: #ffffff; --column: #f4f6fa; --card: #ffffff; --line: #d5dbe6; --ink: #1b2330; --soft: #5b6678;
    --pod: #3b6fd4; --room: #b9c9ec; --way: #8793a8; --zone: #eef1f7 }
  @media (prefers-color-scheme: dark) { :root { --ground: #12161d; --column: #1a2029; --card: #222a35; --line: #38424f;
    --ink: #eef2f8; --soft: #a3afc0; --pod: #7aa5f5; --room: #47597d; --way: #74819a; --zone: #2b3441 } }
  text { font-family: ui-sans-serif, system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; fill: var(--ink) }
  .title { font-size: 13px; font-weight: 600; letter-spacing: .04em; fill: var(--soft) }
  .name { font-size: 17px; font-weight: 650 } .soft { font-size: 12px; fill: var(--soft) }
  .tiny { font-size: 10px; fill: var(--soft) } .label { font-size: 11px; font-weight: 600; fill: var(--soft) }`;

const POD = 11;
const POD_GAP = 4;

/** The stack as a picture of its own, with nothing to load: columns are namespaces, squares are pods in their zones. */
export function svg(model: StackModel): string {
  const { width, height, columns, paths } = layoutOf(model);
  const full = height + 34;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${full}" width="${width}" height="${full}" role="img" aria-label="The stack, drawn from its resources">`,
    `<style>${STYLE}\n</style>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="var(--way)"/></marker></defs>',
    `<rect width="${width}" height="${full}" rx="14" fill="var(--ground)"/>`,
    ...columns.map(columnBox),
    ...paths.map(way),
    ...columns.flatMap(({ cards }) => cards).map((card) => cardBox(card, model.zones)),
    ...paths.map(label),
    legend(model.zones, height + 6),
    "</svg>",
    "",
  ].join("\n");
}

function columnBox({ x, y, width, height, title }: Column): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="12" fill="var(--column)"/>${text(x + 20, y + 29, "title", `namespace ${title}`)}`;
}

function cardBox(card: Card, zones: readonly string[]): string {
  const { x, y, width, height, content } = card;
  const box = `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="9" fill="var(--card)" stroke="var(--line)"/>`;
  return box + ("pods" in content ? applicationText(card, content, zones) : entryText(card, content));
}

function entryText({ x, y }: Card, { name, url, issuer }: Entry): string {
  return [
    text(x + 16, y + 28, "name", name),
    text(x + 16, y + 46, "soft", "Gateway"),
    text(x + 16, y + 70, "soft", url),
    text(x + 16, y + 88, "soft", issuer && `certificate from issuer ${issuer}`),
  ].join("");
}

function applicationText(
  { x, y, width }: Card,
  { name, pods, metricsInterval }: Application,
  zones: readonly string[],
): string {
  const kinds = [...new Set(pods.map(({ kind }) => kind))].join(", ");
  return [
    text(x + 16, y + 28, "name", name),
    text(x + 16, y + 46, "soft", kinds),
    metricsInterval && text(x + width - 16, y + 28, "tiny", `metrics every ${metricsInterval}`, "end"),
    ...pods.map((part, index) => podRow(part, x + 16, y + CARD.head + index * CARD.row, width - 32, zones)),
  ].join("");
}

/** One strip for the pods of a part, cut into zones. A filled square always runs; a pale one is room to scale. */
function podRow(part: Pods, x: number, y: number, width: number, zones: readonly string[]): string {
  const { component, min, max } = part;
  const count = max > min ? `${min} to ${max} pods` : `${min} pods`;
  const places = zones.length > 0 ? zones : [""];
  const cell = width / places.length;
  const cells = places.map((zone, index) => {
    const here = Array.from({ length: max }, (_, pod) => pod).filter((pod) => pod % places.length === index);
    return zoneCell(
      zone,
      here.map((pod) => (pod < min ? "--pod" : "--room")),
      x + index * cell,
      y + 14,
      cell - 6,
    );
  });
  return text(x, y + 9, "tiny", component ? `${component}, ${count}` : count) + cells.join("");
}

/** Squares shrink rather than leave their field; the zone's last letters stand at its end. */
function zoneCell(zone: string, colours: readonly string[], x: number, y: number, width: number): string {
  const side = Math.min(POD, (width - 26) / colours.length - POD_GAP);
  const squares = colours.map((colour, index) => {
    const left = x + 6 + index * (side + POD_GAP);
    return `<rect x="${round(left)}" y="${round(y + (23 - side) / 2)}" width="${round(side)}" height="${round(side)}" rx="2.5" fill="var(${colour})"/>`;
  });
  const field = `<rect x="${round(x)}" y="${y}" width="${round(width)}" height="23" rx="5" fill="var(--zone)"/>`;
  return field + squares.join("") + text(x + width - 6, y + 15, "tiny", zone.slice(zone.lastIndexOf("-") + 1), "end");
}

function way({ from: [x1, y1], to: [x2, y2] }: Path): string {
  const bend = (x2 - x1) / 2;
  return `<path d="M${x1} ${round(y1)}C${x1 + bend} ${round(y1)} ${x2 - bend} ${round(y2)} ${x2 - 2} ${round(y2)}" fill="none" stroke="var(--way)" stroke-width="1.6" marker-end="url(#tip)"/>`;
}

/** Its label lies on the arrow's last stretch, on a ground of its own. */
function label({ to: [x, y], arrow }: Path): string {
  const width = arrow.label.length * 7 + 14;
  const left = x - 20 - width;
  const ground = `<rect x="${round(left)}" y="${round(y - 9)}" width="${round(width)}" height="18" rx="9" fill="var(--ground)" stroke="var(--line)"/>`;
  return ground + text(left + width / 2, y + 4, "label", arrow.label, "middle");
}

function legend(zones: readonly string[], y: number): string {
  const where = zones.length > 0 ? `The fields of a strip are the zones ${zones.join(", ")}. ` : "";
  return text(
    28,
    y + 8,
    "soft",
    `${where}A square is a pod, a pale one room to scale. An arrow is a route or a port that a network policy opens.`,
  );
}

function text(x: number, y: number, style: string, content: string, anchor = "start"): string {
  const safe = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${round(x)}" y="${round(y)}" class="${style}" text-anchor="${anchor}">${safe}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
