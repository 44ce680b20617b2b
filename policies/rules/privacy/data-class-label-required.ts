import { CLASS_KEYS, DATA_CLASSES, DECLARED, declaredField } from "../../core/declared.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { isStore } from "../../core/store.ts";
import { someKnown } from "../../core/unknown.ts";

export const dataClassLabelRequired = defineRule({
  id: "data-class-label-required",
  section: "compliance",
  title: "What holds data says how sensitive the data is",
  severity: "medium",
  why: "who may see it, where it may lie, and how long it is kept follow from its class: without one, nobody can tell or check",
  fix: `${DECLARED.dataClass}: confidential`,
  frameworks: ["SOC2:C1.1", "ISO-27001-2022:A.5.12", "ISO-27001-2022:A.5.13", "GDPR:Art.30"],
  scope: "resource",
  exemptable: true,
  params: {
    keys: {
      type: "array",
      items: { type: "string" },
      default: CLASS_KEYS,
      description: "Labels, annotations or tags, any of which says it.",
    },
    classes: {
      type: "array",
      items: { type: "string" },
      default: Object.keys(DATA_CLASSES),
      description:
        "The classes that there are; large and small letters are the same. An empty list lets every word pass.",
    },
  },
  subjects: isStore,
  *check(object, { keys, classes }) {
    const fields = keys.map((key) => declaredField(object, key));
    const [first] = fields;
    if (first === undefined) return;
    const allowed = classes.map((one) => one.toLowerCase());
    const isClass = (word: string) => word !== "" && (allowed.length === 0 || allowed.includes(word.toLowerCase()));
    if (someKnown(fields, (field) => isClass(field.text()?.trim() ?? ""))) return;
    const field = fields.find((one) => !one.absent) ?? first;
    const example = classes.includes("confidential") ? "confidential" : (classes[0] ?? "confidential");
    yield violation(field, classes.length === 0 ? "a class of data" : `one of ${classes.join(", ")}`, {
      fix: `${object.kind === undefined ? "tags" : "metadata.labels"}: { ${keys[0]}: ${example} }`,
    });
  },
});
