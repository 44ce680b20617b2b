import { appendFileSync } from "node:fs";
import type { PropertyMap, Subject } from "../rpc/index.ts";
import { type Json, printableMap } from "./printable.ts";

/** What a recorder was asked to do. */
interface Entry extends Subject {
  readonly operation: "create" | "update" | "delete" | "construct";
  readonly id: string;
  readonly inputs: PropertyMap;
}

/** Writes down what a recorder was asked to do. */
export type Journal = (entry: Entry) => void;

/**
 * A journal in the file that `$PLUMBLINE_RECORD` names: one JSON object a line, without values of secrets. No journal
 * is kept where the variable is not set. Several recorders may write into one file.
 */
export function openJournal(file: string | undefined = process.env.PLUMBLINE_RECORD): Journal {
  if (!file) return () => {};
  return (entry) => appendFileSync(file, `${JSON.stringify(line(entry))}\n`, { mode: 0o600 });
}

function line({ operation, type, name, urn, id, inputs }: Entry): { readonly [key: string]: Json } {
  return { operation, type, name, urn, id, inputs: printableMap(inputs) };
}
