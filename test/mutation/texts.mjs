import { declareValuePlugin, PluginKind } from "@stryker-mutator/api/plugin";

/** What a person reads in a rule's record or in a violation: no verdict depends on it. */
const TEXTS = new Set(["title", "why", "fix", "description", "given", "wanted", "frameworks", "severity", "section"]);

/** Leaves the words alone, and nothing else: what a string decides (a kind, a key, an operator) is broken like any code. */
export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, "texts", {
    shouldIgnore(path) {
      if (path.isObjectProperty() && TEXTS.has(path.node.key.name)) return "it is read by people, and decides nothing";
      return undefined;
    },
  }),
];
