import type { Held } from "../../core/backup.ts";
import { classOf, DATA_CLASSES, DECLARED } from "../../core/declared.ts";
import { type Field, MalformedValue } from "../../core/field.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { UnknownValue } from "../../core/unknown.ts";
import { copiedIn, holdsCopies } from "./holdings.ts";

/** The store of the highest class among those whose copies an object holds. */
interface Highest {
  readonly store: StackObject | undefined;
  readonly rank: number;
  readonly word: string;
  /** What is not known yet, and may be higher. */
  readonly unknown: UnknownValue | undefined;
}

export const dataClassFlowsToBackup = defineRule({
  id: "data-class-flows-to-backup",
  section: "compliance",
  title: "A backup is of at least the class of what it holds, and encrypted where that class asks for it",
  severity: "high",
  why: "a copy that nobody knows to be sensitive is handled as if it were not: read by more people, kept for longer, in clear",
  fix: `metadata.labels: { ${DECLARED.dataClass}: <the class of what it saves> }`,
  frameworks: ["SOC2:C1.1", "ISO-27001-2022:A.5.13", "GDPR:Art.32"],
  scope: "stack",
  exemptable: true,
  params: {
    encryptFrom: {
      type: "string",
      enum: Object.keys(DATA_CLASSES),
      default: "confidential",
      description: "The lowest class whose backups are encrypted with a key.",
    },
  },
  subjects: holdsCopies,
  *check(backup, { encryptFrom }, stack) {
    const own = classOf(backup);
    const highest = highestOf(copiedIn(backup, stack));
    const { store, rank, word, unknown } = highest;
    if (store && rank > rankOf(own)) yield unlabelled(backup, own, store, word);
    if (store && rank >= rankOf(encryptFrom)) yield* unencrypted(backup, store, word);
    // A higher one may still come: neither its label nor its encryption can be judged before it is known.
    if (unknown) throw unknown;
  },
});

function rankOf(word: string | undefined): number {
  return word === undefined ? -1 : (DATA_CLASSES[word] ?? -1);
}

function highestOf(copied: readonly Held[]): Highest {
  let highest: Highest = { store: undefined, rank: -1, word: "", unknown: undefined };
  for (const { store, saves } of copied)
    try {
      if (!saves()) continue;
      const word = classOf(store);
      if (word !== undefined && rankOf(word) > highest.rank) highest = { ...highest, store, rank: rankOf(word), word };
    } catch (error) {
      if (error instanceof UnknownValue) highest = { ...highest, unknown: highest.unknown ?? error };
      else if (!(error instanceof MalformedValue)) throw error;
    }
  return highest;
}

function unlabelled(backup: StackObject, own: string | undefined, store: StackObject, word: string): Violation {
  const holder = backup.kind === undefined ? "tags" : "metadata.labels";
  return {
    path: holder,
    given: own === undefined ? `without a class, and holds the data of ${store.label}` : `of the class ${own}`,
    wanted: `the class ${word} of ${store.label}, or a higher one`,
    fix: `${holder}: { ${DECLARED.dataClass}: ${word} }`,
    related: [store.label],
  };
}

/** Where the object itself says how its copies are encrypted; other places encrypt all that they hold. */
function* unencrypted(backup: StackObject, store: StackObject, word: string): Generator<Violation> {
  for (const [field, fix] of keysOf(backup))
    if (field.every((one) => one.absent))
      yield violation(field[0] as Field, `encryption with a key, for it holds ${word} data of ${store.label}`, {
        fix,
        related: [store.label],
      });
}

/** Fields of which one says how copies are encrypted, with the line that does. */
function keysOf({ root, kind, group, resource }: StackObject): [fields: Field[], fix: string][] {
  if (resource.type === "aws:backup/vault:Vault") return [[[root.at("kmsKeyArn")], "kmsKeyArn: <the ARN of a key>"]];
  if (kind === "ObjectStore" && group === "barmancloud.cnpg.io")
    return ["data", "wal"].map((part) => [
      [root.at("spec", "configuration", part, "encryption"), root.at("metadata", "annotations", DECLARED.encryptedBy)],
      `spec.configuration.${part}.encryption: aws:kms`,
    ]);
  if (kind !== "BackupStorageLocation" || root.at("spec", "provider").text()?.includes("aws") !== true) return [];
  const config = root.at("spec", "config");
  return [
    [
      [config.at("kmsKeyId"), config.at("serverSideEncryption"), config.at("customerKeyEncryptionFile")],
      "spec.config.kmsKeyId: <the id of a key>",
    ],
  ];
}
