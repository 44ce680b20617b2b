import type { Following, Say } from "../../toolchain/progress.ts";
import type { Entry } from "../oci/entry.ts";
import type { DebianSource } from "./debian.ts";
import type { FilesSource } from "./files.ts";
import type { GoSource } from "./go.ts";
import type { ReleaseLists } from "./lists.ts";
import type { MavenSource } from "./maven.ts";
import type { NodeSource } from "./node.ts";
import type { PyPiSource } from "./pypi.ts";
import type { WorkspaceSource } from "./workspace.ts";

/** Where the content of a layer comes from. */
export type Source = DebianSource | FilesSource | GoSource | MavenSource | NodeSource | PyPiSource | WorkspaceSource;

export interface SourceOptions extends Following {
  /** Root of the cache; what is downloaded stays there, so that an interrupted run goes on from it. */
  readonly cacheDir: string;
  readonly toolsDir: string;
  /** Environment in which programs are looked up and run. Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Package lists by release, where several images are looked at in one go: apt takes half a second to say what they are. */
  readonly lists?: Map<string, Promise<ReleaseLists | undefined>> | undefined;
}

/** What laying a source needs: all of it belongs to one run. */
export interface Workshop {
  /** An empty folder, gone after the image is made. */
  readonly work: string;
  readonly say: Say;
  readonly signal?: AbortSignal | undefined;
  /** Both streams of every program that runs are appended here. */
  readonly logFile: string;
  /** Names the running program, so that the next run can end what a killed one left; see `command`. */
  readonly identityFile: string;
}

/** Something with a version that went into an image. */
export interface Ingredient {
  readonly name: string;
  readonly version: string;
}

interface Laid {
  readonly entries: readonly Entry[];
  readonly ingredients: readonly Ingredient[];
}

/** A source as this machine has it, before anything is fetched for it. */
export interface Found {
  /** What of the machine decides the content: Debian's package lists, Go's version. Empty if nothing does. */
  readonly state: string;
  readonly lay: (workshop: Workshop) => Promise<Laid>;
}
