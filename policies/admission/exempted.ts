import { type Exemption, expired } from "../core/exemption.ts";
import type { Rule } from "../core/rule.ts";
import { literal, quoted } from "./cel.ts";

/** As rules call an object: `Deployment shop/orders`, and without a namespace where it has none. */
const LABEL =
  'object.kind + " " + (object.metadata.?namespace.orValue("") == "" ? "" : object.metadata.namespace + "/") + object.metadata.?name.orValue("")';

/**
 * What is true of an object that is exempted from a rule today, one expression for each exemption. CEL knows no day: one that ends is
 * gone from the policies when they are written anew. Throws for a URN, which no cluster knows.
 */
export function exempted(rule: Rule, exemptions: readonly Exemption[], today: Date): string[] {
  const holding = exemptions.filter((one) => one.rule === rule.id && !expired(one, today));
  return holding.map(({ resource, ticket }) => {
    if (resource.startsWith("urn:"))
      throw new TypeError(
        `the exemption from ${rule.id} (${ticket}) names ${resource}; the cluster holds to this rule too and knows no URN, so name the object by its label, such as "Deployment shop/orders"`,
      );
    const pattern = `^${resource.split("*").map(quoted).join(".*")}$`;
    return `(${LABEL}).matches(${literal(pattern)})`;
  });
}
