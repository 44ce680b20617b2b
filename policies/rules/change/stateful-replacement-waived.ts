import { defineRule } from "../../core/rule.ts";
import { losesData } from "../../core/store.ts";

export const statefulReplacementWaived = defineRule({
  id: "stateful-replacement-waived",
  section: "reliability",
  title: "No update replaces or deletes what holds data, unless a dated exemption lets it",
  severity: "critical",
  why: "a replacement makes an empty store and deletes the full one: a renamed field is enough, and the preview says it in one word",
  fix: "undo the change that forces it, or add an alias for a new name; if it is meant, save the data and add an exemption to policies/exemptions.ts",
  needs:
    "what an update would do: plumbline up and plumbline preview know it of their plan, and plumbline check reads it in the output of pulumi preview --json --show-sames; manifests, a state, and the packs of a plain pulumi up do not tell it, and nothing is judged there",
  frameworks: ["SOC2:CC8.1", "ISO-27001-2022:A.8.32"],
  scope: "resource",
  exemptable: true,
  params: {},
  subjects: (object) => object.resource.operation !== undefined && losesData(object),
  *check({ resource: { operation } }) {
    if (operation !== "replace" && operation !== "delete") return;
    yield {
      path: "",
      given: operation === "replace" ? "replaced by this update" : "deleted by this update",
      wanted: "an update in place, or an exemption with a last day",
    };
  },
});
