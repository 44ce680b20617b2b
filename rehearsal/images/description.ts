import type { Source } from "./sources/source.ts";

/** A container image as plain data: what it is made of and how it starts. Nothing is fetched to write one. */
export interface ImageDescription {
  /** The very name that manifests ask for, registry and tag included: `docker.io/library/redis:8.2.1`. */
  readonly reference: string;
  /** The package, artifact, module or workspace that the image is about: its version becomes the image's. */
  readonly about: string;
  /** Set where the image only stands in for the one of that name; becomes labels. */
  readonly standIn?: {
    /** What the name means elsewhere: `Redis 8.2.1, as its makers ship it`. */
    readonly for: string;
    /** What whoever rehearses with it has to know. */
    readonly differs: string;
  };
  /** One layer each, the lowest first. Two images whose lowest layers are the same share them on a node. */
  readonly layers: readonly Source[];
  /** Default: none, so that a pod's `args` name the program, as in images with an entrypoint that only executes them. */
  readonly entrypoint?: readonly string[];
  /** What starts if a pod names neither `command` nor `args`. */
  readonly command?: readonly string[];
  /** On top of {@link PATH}. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: 65532:65532, which no package owns. Pods that set `runAsUser` overrule it. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Default: `/`. */
  readonly workdir?: string;
}

/** Where programs are looked for, unless `env` says otherwise: Debian's own order. */
export const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
