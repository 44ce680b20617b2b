/** Imports point one way: stacks -> components, cli -> stacks, policies and rehearsal; policies and rehearsal know neither. */
const never = (name, from, to, comment) => ({
  name,
  severity: "error",
  comment,
  from: { path: from },
  to: { path: to },
});

export default {
  forbidden: [
    never(
      "components-stand-alone",
      "^components/",
      "^(stacks|policies|rehearsal|cli|test|apps)/",
      "People import components into their own stacks.",
    ),
    never(
      "policies-stand-alone",
      "^policies/",
      "^(stacks|components|rehearsal|cli|test|apps)/",
      "Rules judge any stack, not only ours.",
    ),
    never(
      "rehearsal-stands-alone",
      "^rehearsal/",
      "^(stacks|components|policies|cli|test|apps)/",
      "The rehearsal runs anyone's program.",
    ),
    never(
      "stacks-use-components-only",
      "^stacks/",
      "^(policies|rehearsal|cli|test)/|^apps/(?!chassis/src/shop-flags\\.ts$)",
      "The program never knows where it runs. Of the services it knows the flags that they read.",
    ),
    never(
      "flags-are-data",
      "^apps/chassis/src/(shop-flags|flag-definition)\\.ts$",
      "^(?!apps/chassis/src/flag-definition\\.ts$)",
      "The program of a stack reads them: no service, and no package of one, may come with them.",
    ),
    never(
      "apps-stand-alone",
      "^apps/",
      "^(stacks|components|policies|rehearsal|cli|test)/",
      "A service ships without its platform.",
    ),
    never("nobody-imports-the-cli", "^(?!cli/|bin/|test/)", "^cli/", "The CLI is the outermost layer."),
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "not-to-test",
      severity: "error",
      from: { pathNot: "\\.test\\.ts$|^test/" },
      to: { path: "\\.test\\.ts$" },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|coverage)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
