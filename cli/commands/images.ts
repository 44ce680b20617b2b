import { join } from "node:path";
import type { ImageLock } from "../../components/images/index.ts";
import { writeWhole } from "../../rehearsal/toolchain/files.ts";
import { EnvironmentError, environmentNames } from "../../stacks/environment.ts";
import { imagesOf, lockFile, lockText, readImageLock } from "../../stacks/images.ts";
import { type Context, PROJECT_DIR } from "../context.ts";
import { isRehearsal, readEnvironment } from "../environment.ts";
import { EXIT, Failure } from "../failure.ts";
import { askRegistries, changesOf, endedOf, movedOf, newLock, type Refusal, toAsk } from "../image-lock.ts";
import type { AskOptions } from "../images-program.ts";
import { RegistryClient } from "../registry/client.ts";
import { dockerCredentials } from "../registry/credentials.ts";
import type { Report } from "../report.ts";
import { count } from "../view/format.ts";
import { checkLines, lockLines } from "../view/images.ts";

/** Where environments and their lock are. */
const STACKS = join(PROJECT_DIR, "stacks");

/**
 * Locks the images of environments. The lock is of all environments that are no rehearsal: what those that are not named ask for stays as it
 * is, and what nobody asks for goes. It is written whole at the end, and not at all if a registry did not answer.
 */
async function lock(
  context: Context,
  named: readonly string[],
  { renew, ...asking }: AskOptions & { readonly renew: boolean },
  dir: string = STACKS,
): Promise<Report> {
  const { wanted, all, before } = imagesIn(named, dir);
  const asked = toAsk(wanted, before, renew);
  const client = clientOf(context, asking);
  const answers = await context.steps.run("Registries", async (tell) => {
    const { answers, refusals } = await askRegistries(
      asked,
      (reference) => client.resolve(reference),
      (done) => tell({ detail: `${done} of ${asked.length}` }),
    );
    refuse(refusals, "Nothing was written.");
    return { detail: `${count(answers.size, "image")} asked for`, value: answers };
  });
  const after = newLock(all, before, answers, new Date());
  const changes = changesOf(before, after);
  const file = lockFile(dir);
  context.interrupt.asked.throwIfAborted();
  await context.steps.run("Lock", async () => {
    const same = Object.values(changes).every((names) => names.length === 0);
    if (!same) await writeWhole(file, lockText(after), 0o644);
    return { detail: same ? "nothing has changed" : file, value: undefined };
  });
  return { lines: (style) => lockLines({ before, after, ...changes }, style), json: { lockFile: file, ...changes } };
}

/** Looks whether a lock says all, and what has become of what it says. Exit code 1 if an image is not locked, or its tag has moved. */
async function check(
  context: Context,
  named: readonly string[],
  { offline, ...asking }: AskOptions & { readonly offline: boolean },
  dir: string = STACKS,
): Promise<Report> {
  const { wanted, all, before } = imagesIn(named, dir);
  const locked = wanted.filter((name) => before[name] !== undefined);
  const client = clientOf(context, asking);
  const { answers, refusals } = offline
    ? { answers: new Map<string, string>(), refusals: [] }
    : await context.steps.run("Registries", async (tell) => {
        const value = await askRegistries(
          locked,
          (reference) => client.digestOf(reference),
          (done) => tell({ detail: `${done} of ${locked.length}` }),
        );
        return { detail: `${count(value.answers.size, "image")} looked at`, value };
      });
  const found = {
    images: wanted.length,
    unlocked: toAsk(wanted, before, false),
    moved: movedOf(before, answers),
    ended: endedOf(wanted, new Date()),
    unused: Object.keys(before).filter((name) => !all.includes(name)),
  };
  const bad = found.unlocked.length + found.moved.length > 0;
  return {
    lines: (style) => checkLines(found, style),
    json: { ...found, refusals },
    exitCode: bad || refusals.length > 0 ? EXIT.failed : EXIT.ok,
    ...(refusals.length > 0 && { failure: refusal(refusals, "What else was found is told all the same.") }),
  };
}

/** By what is to be done. */
export const imagesCommands = { lock, check } as const;

/** The images of the environments that are named, those of all, and what is locked of them. */
function imagesIn(named: readonly string[], dir: string) {
  const environments = environmentNames(dir).map((name) => readEnvironment(name, dir));
  const real = environments.filter((environment) => !isRehearsal(environment));
  // A name that there is none of is refused with those that there are.
  const chosen = named.map((name) => readEnvironment(name, dir));
  const rehearsal = chosen.find(isRehearsal);
  if (rehearsal)
    throw new Failure(
      EXIT.usage,
      `${rehearsal.name} is a rehearsal: its images are made on this machine, and run by their tags. Allowed: ${real.map(({ name }) => name).join(", ")}.`,
    );
  const of = (some: typeof real) => [...new Set(some.flatMap(imagesOf))].sort();
  return { wanted: of(chosen.length > 0 ? chosen : real), all: of(real), before: lockIn(dir) };
}

function lockIn(dir: string): ImageLock {
  try {
    return readImageLock(dir) ?? {};
  } catch (error) {
    if (error instanceof EnvironmentError) throw new Failure(EXIT.usage, error.message, undefined, { cause: error });
    throw error;
  }
}

function clientOf({ env, interrupt }: Context, { registryMirror }: AskOptions): RegistryClient {
  return new RegistryClient({ mirrors: registryMirror, credentials: dockerCredentials(env), signal: interrupt.asked });
}

function refuse(refusals: readonly Refusal[], then: string): void {
  if (refusals.length > 0) throw refusal(refusals, then);
}

function refusal(refusals: readonly Refusal[], then: string): Failure {
  const lines = refusals.map(({ image, why }) => `  ${image}: ${why}`);
  return new Failure(
    EXIT.failed,
    [`Of ${count(refusals.length, "image")} it is not known what to run:`, ...lines, then].join("\n"),
    FIX,
  );
}

const FIX = [
  "For a registry that wants to know who asks: docker login <registry>",
  "For one that this machine does not reach: --registry-mirror <registry>=https://<what it reaches>",
].join("\n");
