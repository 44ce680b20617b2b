import { contentKey } from "../../toolchain/content-key.ts";
import { findDebian } from "./debian.ts";
import { findFiles } from "./files.ts";
import { findGo, goInputs } from "./go.ts";
import { findMaven, mavenInputs } from "./maven.ts";
import { findNode, nodeInputs } from "./node.ts";
import { findPyPi } from "./pypi.ts";
import type { Found, Source, SourceOptions } from "./source.ts";
import { findWorkspace, workspaceInputs } from "./workspace.ts";

/** What of the repository decides a source's content, beside the description itself. */
async function behind(source: Source): Promise<string> {
  switch (source.kind) {
    case "go":
      return goInputs(source);
    case "maven":
      return mavenInputs(source);
    case "node":
      return nodeInputs(source);
    case "workspace":
      return workspaceInputs(source);
    case "debian":
    case "files":
    case "pypi":
      return "";
  }
}

/** Key of all of the repository that decides a source's content; where the checkout lies is no part of it. */
export async function sourceInputs(source: Source): Promise<string> {
  const description = JSON.stringify(source, (name, value) =>
    /^(root|pom|moduleDir)$/.test(name) ? undefined : value,
  );
  return contentKey({ description, behind: await behind(source) });
}

/** Looks what a source is on this machine. Throws `RehearsalError` if the machine lacks what it takes. */
export async function findSource(source: Source, options: SourceOptions): Promise<Found> {
  switch (source.kind) {
    case "debian":
      return findDebian(source, options);
    case "files":
      return findFiles(source);
    case "go":
      return findGo(source, options);
    case "maven":
      return findMaven(source, options);
    case "node":
      return findNode(source);
    case "pypi":
      return findPyPi(source, options);
    case "workspace":
      return findWorkspace(source);
  }
}
