import { isPropertyMap, type PropertyMap, type PropertyValue, reveal, Secret, Unknown } from "../../rpc/index.ts";
import { fingerprint, MARK } from "../fingerprint.ts";
import type { Catalogue } from "../recorder.ts";
import { FUNCTIONS, type Place } from "./functions.ts";
import { madeOutputs } from "./made.ts";
import { isAutomatic, nameOf, withName } from "./names.ts";
import { knownToReplace } from "./replace.ts";
import { SDK_VERSION, type Shape, shapeOf } from "./sdk.ts";

/** Where a program is when nothing says so: what the AWS tools take by custom. */
const DEFAULT_REGION = "us-east-1";

/** What the recorder knows of AWS. The types are those of the installed `@pulumi/aws`. */
export function awsCatalogue(environment: NodeJS.ProcessEnv = process.env): Catalogue {
  let place: Place = {
    region: environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? DEFAULT_REGION,
    defaultTags: {},
  };
  return {
    name: "aws",
    version: SDK_VERSION,
    functions: Object.keys(FUNCTIONS),
    configure(args) {
      const { region, defaultTags } = args;
      place = {
        region: typeof region === "string" && region !== "" ? region : place.region,
        defaultTags: tagsIn(defaultTags),
      };
    },
    complete(request) {
      const shape = shapeOf(request.type);
      if (shape) return { inputs: withName(request, shape) };
      return {
        inputs: request.news,
        failures: [{ reason: `@pulumi/aws ${SDK_VERSION} has no type ${request.type}` }],
      };
    },
    replaceOn: (type) => new Set([...known(type).replaceOn, ...knownToReplace(type)]),
    givenName({ type, name }, inputs) {
      const property = nameOf(type, known(type));
      const given = property === undefined ? undefined : inputs[property];
      return typeof given === "string" && !isAutomatic(given, name) ? given : undefined;
    },
    id(subject, inputs) {
      const property = nameOf(subject.type, known(subject.type));
      const name = property === undefined ? undefined : inputs[property];
      const [, kind = ""] = subject.type.split(/[/:]/).slice(-2);
      return `${MARK}-${typeof name === "string" ? name : `${kind.toLowerCase()}-${fingerprint(subject.urn, inputs)}`}`;
    },
    outputs(subject, id, inputs) {
      const region = typeof inputs.region === "string" ? inputs.region : place.region;
      const shape = known(subject.type);
      const print = fingerprint(subject.urn, { id });
      const outputs = madeOutputs(shape, { type: subject.type, id, region, print, inputs });
      return shape.outputs.has("tagsAll") ? { ...outputs, tagsAll: tagsAll(place.defaultTags, inputs.tags) } : outputs;
    },
    invoke: (token, args) => FUNCTIONS[token]?.(args, place),
  };
}

function known(type: string): Shape {
  return shapeOf(type) ?? { inputs: new Set(), outputs: new Map(), replaceOn: new Set() };
}

/** The provider's default tags and the resource's own, which win. */
function tagsAll(defaultTags: PropertyMap, tags: PropertyValue | undefined): PropertyValue {
  if (tags instanceof Unknown) return tags;
  if (tags instanceof Secret) return new Secret(tagsAll(defaultTags, tags.value));
  return isPropertyMap(tags) ? { ...defaultTags, ...tags } : defaultTags;
}

/** The engine gives nested configuration as JSON text. */
function tagsIn(defaultTags: PropertyValue | undefined): PropertyMap {
  const given = reveal(defaultTags ?? null);
  const parsed = typeof given === "string" && given !== "" ? (JSON.parse(given) as PropertyValue) : given;
  const tags = isPropertyMap(parsed) ? parsed.tags : undefined;
  return isPropertyMap(tags) ? tags : {};
}
