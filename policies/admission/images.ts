import type { ParamSpecs, Params } from "../core/params.ts";
import type { Rule } from "../core/rule.ts";
import { imageDigestRequired } from "../rules/images/image-digest-required.ts";
import { imagePullPolicyAlways } from "../rules/images/image-pull-policy-always.ts";
import { imageReferenceValid } from "../rules/images/image-reference-valid.ts";
import { imageRegistryAllowed } from "../rules/images/image-registry-allowed.ts";
import { imageTagPinned } from "../rules/images/image-tag-pinned.ts";
import { every, literal, quoted } from "./cel.ts";
import { type Held, held } from "./held.ts";
import { OPERATED_PODS, POD_MAKERS } from "./subjects.ts";

const DIGEST = "^[^@]*@(?:sha256|sha384|sha512):[0-9a-f]+$";
/** What stands before a tag; a colon before the last slash belongs to the registry's port. */
const NAME = "^(?:[^@]*/)?[^/:@]*";
/** What is before the first slash is a registry only if it cannot be the name of a person or a team. */
const REGISTRY_FIRST = "^(?:[^/]*[.:A-Z][^/]*|localhost)/";

const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const REGISTRY = `(?:${LABEL}(?:\\.${LABEL})*|\\[[0-9a-fA-F:]+\\])(?::\\d+)?`;
const PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const WHOLE_DIGEST = "(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})";
const REFERENCE = `^(?:${REGISTRY}/)?${PART}(?:/${PART})*(?::\\w[\\w.-]{0,127})?(?:@${WHOLE_DIGEST})?$`;
/** Of a repository's name without its registry, in characters. */
const LONGEST_NAME = 255;

/** Without the registry that is meant where none is named, and the folder in it that nobody writes. */
const WITHOUT_DOCKER =
  '(i.matches("^index\\\\.docker\\\\.io/") ? i.substring(16) : i.matches("^docker\\\\.io/") ? i.substring(10) : i)';
const SHORT = `[${WITHOUT_DOCKER}].map(s, s.matches("^library/[^/]+$") ? s.substring(8) : s)[0]`;
const OTHER_REGISTRY = `i.matches(${literal(REGISTRY_FIRST)}) && !i.matches("^(?:index\\\\.)?docker\\\\.io/")`;

function matches(text: string, pattern: string): string {
  return `${text}.matches(${literal(pattern)})`;
}

function eachImage(condition: string): string {
  return `variables.images.all(i, ${condition})`;
}

/** Every image as a rule wants it, and no part of a name that an operator would make another image of. */
function heldOfImages<Specs extends ParamSpecs>(
  rule: Rule<Specs>,
  expression: (params: Params<Specs>) => string,
): Held[] {
  const whole = 'variables.imageParts.all(p, p == "")';
  return [
    held(rule, POD_MAKERS, expression),
    held(rule, OPERATED_PODS, (params) => every([whole, expression(params)])),
  ];
}

export const IMAGES_HELD = [
  ...heldOfImages(imageReferenceValid, () => {
    const path = `(${matches("i", REGISTRY_FIRST)} ? i.substring(i.indexOf("/") + 1) : i).split("@")[0].split(":")[0]`;
    return eachImage(
      every([matches("i", REFERENCE), `!${matches("i", "^[0-9a-f]{64}$")}`, `${path}.size() <= ${LONGEST_NAME}`]),
    );
  }),
  ...heldOfImages(imageTagPinned, ({ tags }) => {
    const tagged = matches("i", `${NAME}:[^/@]+(?:@|$)`);
    const floats = matches("i", `${NAME}:(?:${tags.map(quoted).join("|")})(?:@|$)`);
    return eachImage(`${matches("i", "^[^@]*@.")} || ${every([tagged, ...(tags.length > 0 ? [`!${floats}`] : [])])}`);
  }),
  ...heldOfImages(imageDigestRequired, () => eachImage(matches("i", DIGEST))),
  ...heldOfImages(imageRegistryAllowed, ({ allow, deny }) => {
    const good = allow.length === 0 ? [] : [`names.exists(n, ${allow.map((one) => matches("n", one)).join(" || ")})`];
    const bad = deny.map((one) => `!names.exists(n, ${matches("n", one)})`);
    const spellings = `${OTHER_REGISTRY} ? [i] : [${SHORT}].map(s, [i, dyn("docker.io/" + (s.contains("/") ? s : "library/" + s)), s])[0]`;
    return eachImage(`[${spellings}].all(names, ${every([...bad, ...good])})`);
  }),
  // The API server writes down a policy where none is said: Always for the tag latest, and without a tag.
  held(imagePullPolicyAlways, POD_MAKERS, () => {
    const container = `${matches("c.image", DIGEST)} || c.?imagePullPolicy.orValue("") == "Always"`;
    const volume = `!has(v.image) || ${matches("v.image.reference", DIGEST)} || v.image.?pullPolicy.orValue("") == "Always"`;
    return every([`variables.containers.all(c, ${container})`, `variables.volumes.all(v, ${volume})`]);
  }),
];
