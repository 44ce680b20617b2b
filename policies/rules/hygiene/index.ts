import { apiVersionSupported } from "./api-version-supported.ts";
import { namespaceExplicit } from "./namespace-explicit.ts";
import { requiredLabels } from "./required-labels.ts";
import { selectorMatchesTemplate } from "./selector-matches-template.ts";

export const HYGIENE = [apiVersionSupported, selectorMatchesTemplate, namespaceExplicit, requiredLabels] as const;
