import type { Application, Arrow, Entry, StackModel } from "./model.ts";

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Card extends Box {
  readonly content: Entry | Application;
}

export interface Column extends Box {
  /** Namespace that the cards are in. */
  readonly title: string;
  readonly cards: readonly Card[];
}

/** An arrow from the right side of one card to the left side of another. */
export interface Path {
  readonly arrow: Arrow;
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly columns: readonly Column[];
  readonly paths: readonly Path[];
}

export const CARD = { head: 58, row: 46, foot: 4, entry: 104 };
const MARGIN = 28;
const COLUMN_WIDTH = 292;
const GAP = 132;
const PADDING = 20;
const TITLE = 46;
const SPACE = 22;

/** One column per namespace, ordered by the arrows: who sends stands left of who receives. */
export function layoutOf(model: StackModel): Layout {
  const contents = [...model.entries, ...model.applications];
  const namespaces = Map.groupBy(contents, ({ namespace }) => namespace);
  const ordered = [...namespaces].toSorted(([a], [b]) => depthOf(a, model.arrows) - depthOf(b, model.arrows));
  const stacked = untangled(ordered, model.arrows).map(([title, members], index) =>
    column(title, members, MARGIN + index * (COLUMN_WIDTH + GAP)),
  );
  const tallest = Math.max(...stacked.map(({ height }) => height));
  const columns = stacked.map((each) => centred(each, tallest));
  return {
    width: 2 * MARGIN + stacked.length * COLUMN_WIDTH + (stacked.length - 1) * GAP,
    height: 2 * MARGIN + tallest,
    columns,
    paths: pathsOf(
      model.arrows,
      columns.flatMap(({ cards }) => cards),
    ),
  };
}

function namespaceOf(id: string): string {
  return id.slice(0, id.indexOf("/"));
}

/** Length of the longest way of arrows that ends in a namespace. A circle counts once. */
function depthOf(namespace: string, arrows: readonly Arrow[], seen: readonly string[] = []): number {
  const senders = arrows
    .filter(({ to }) => namespaceOf(to) === namespace)
    .map(({ from }) => namespaceOf(from))
    .filter((sender) => sender !== namespace && !seen.includes(sender));
  return Math.max(0, ...senders.map((sender) => 1 + depthOf(sender, arrows, [...seen, namespace])));
}

/** Within a column, what is sent to from above stands above: few arrows cross. Members without senders keep their place. */
function untangled<Member extends { readonly id: string }>(
  columns: readonly (readonly [string, readonly Member[]])[],
  arrows: readonly Arrow[],
): [string, Member[]][] {
  const places = new Map<string, number>();
  return columns.map(([title, members]) => {
    const heights = members.map((member, index) => {
      const senders = arrows.flatMap(({ from, to }) => (to === member.id ? (places.get(from) ?? []) : []));
      return { member, height: senders.length > 0 ? senders.reduce((a, b) => a + b) / senders.length : index };
    });
    const sorted = heights.toSorted((a, b) => a.height - b.height).map(({ member }) => member);
    for (const [index, { id }] of sorted.entries()) places.set(id, index);
    return [title, sorted];
  });
}

function heightOf(content: Entry | Application): number {
  return "pods" in content ? CARD.head + content.pods.length * CARD.row + CARD.foot : CARD.entry;
}

function column(title: string, members: readonly (Entry | Application)[], x: number): Column {
  let y = MARGIN + TITLE;
  const cards = members.map((content) => {
    const card = { content, x: x + PADDING, y, width: COLUMN_WIDTH - 2 * PADDING, height: heightOf(content) };
    y += card.height + SPACE;
    return card;
  });
  return { title, cards, x, y: MARGIN, width: COLUMN_WIDTH, height: y - SPACE + PADDING - MARGIN };
}

/** Columns are all as tall as the tallest; the cards of a shorter one stand in its middle. */
function centred({ cards, height, ...rest }: Column, tallest: number): Column {
  const shift = (tallest - height) / 2;
  return { ...rest, height: tallest, cards: cards.map((card) => ({ ...card, y: card.y + shift })) };
}

/** Ends on one side of a card keep the order of the cards at their other ends, so that arrows cross as little as they can. */
function pathsOf(arrows: readonly Arrow[], cards: readonly Card[]): Path[] {
  const byId = new Map(cards.map((card) => [card.content.id, card]));
  const drawn = arrows.flatMap((arrow) => {
    const [source, target] = [byId.get(arrow.from), byId.get(arrow.to)];
    return source && target && source.x < target.x ? [{ arrow, source, target }] : [];
  });
  return drawn.map((each) => {
    const leaving = drawn.filter(({ source }) => source === each.source).toSorted((a, b) => a.target.y - b.target.y);
    const coming = drawn.filter(({ target }) => target === each.target).toSorted((a, b) => a.source.y - b.source.y);
    return {
      arrow: each.arrow,
      from: [each.source.x + each.source.width, spread(each.source, leaving.indexOf(each), leaving.length)],
      to: [each.target.x, spread(each.target, coming.indexOf(each), coming.length)],
    };
  });
}

function spread({ y, height }: Box, index: number, count: number): number {
  return y + (height * (index + 1)) / (count + 1);
}
