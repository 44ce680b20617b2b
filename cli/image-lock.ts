import {
  IMAGES,
  type Image,
  type ImageLock,
  type ImageName,
  image,
  type LockedImage,
} from "../components/images/index.ts";
import { RegistryError } from "./registry/error.ts";
import { parseReference, type Reference } from "./registry/reference.ts";

/** So many are asked at once. */
const AT_ONCE = 4;

/** An image of which a registry gave no answer, or a wrong one. */
export interface Refusal {
  readonly image: string;
  readonly why: string;
}

/** An image that its makers mend no more. */
export interface Ended {
  readonly image: string;
  readonly date: string;
  readonly from: string;
}

/** A tag that means something else than what is locked. */
export interface Moved {
  readonly image: string;
  readonly locked: string;
  readonly now: string;
}

/** What each tag means, as far as registries tell. `asking` is called with how many have been asked, before each. */
export async function askRegistries<T>(
  images: readonly string[],
  ask: (reference: Reference) => Promise<T>,
  asking: (done: number) => void,
): Promise<{ readonly answers: ReadonlyMap<string, T>; readonly refusals: readonly Refusal[] }> {
  const answers = new Map<string, T>();
  const refusals: Refusal[] = [];
  const left = images.values();
  const worker = async () => {
    for (const name of left) {
      asking(answers.size + refusals.length);
      const reference = parseReference(name);
      if (reference === undefined) continue;
      try {
        answers.set(name, await ask(reference));
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        refusals.push({ image: name, why: error.message });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { answers, refusals: refusals.sort((a, b) => (a.image < b.image ? -1 : 1)) };
}

/** The images that a registry has to be asked for: those with a tag alone, and without `renew` only what is not locked. */
export function toAsk(images: readonly string[], lock: ImageLock, renew: boolean): string[] {
  return images.filter((name) => parseReference(name) !== undefined && (renew || lock[name] === undefined));
}

/** A lock of what was answered on top of what is locked, without what nobody asks for. What has not changed keeps its moment. */
export function newLock(
  wanted: readonly string[],
  lock: ImageLock,
  answers: ReadonlyMap<string, Pick<LockedImage, "digest" | "mediaType">>,
  now: Date,
): ImageLock {
  return Object.fromEntries(
    wanted.flatMap((name) => {
      const [before, answer] = [lock[name], answers.get(name)];
      if (answer === undefined || answer.digest === before?.digest) return before ? [[name, before]] : [];
      return [[name, { digest: answer.digest, mediaType: answer.mediaType, locked: now.toISOString() }]];
    }),
  );
}

/** What differs between two locks, by the names of images. */
export function changesOf(before: ImageLock, after: ImageLock) {
  const names = Object.keys(after);
  return {
    added: names.filter((name) => before[name] === undefined),
    changed: names.filter((name) => before[name] !== undefined && before[name].digest !== after[name]?.digest),
    removed: Object.keys(before).filter((name) => after[name] === undefined),
  };
}

/** Tags that mean something else by now. */
export function movedOf(lock: ImageLock, now: ReadonlyMap<string, string>): Moved[] {
  return [...now].flatMap(([name, digest]) => {
    const locked = lock[name]?.digest;
    return locked === undefined || locked === digest ? [] : [{ image: name, locked, now: digest }];
  });
}

/** The images of the catalogue among those asked for whose series has reached the end of its life on that day. */
export function endedOf(images: readonly string[], today: Date): Ended[] {
  const day = today.toISOString().slice(0, 10);
  return (Object.entries(IMAGES) as [ImageName, Image][]).flatMap(([of, { endOfLife }]) =>
    endOfLife === "none named" || endOfLife.date >= day || !images.includes(image(of))
      ? []
      : [{ image: image(of), ...endOfLife }],
  );
}
