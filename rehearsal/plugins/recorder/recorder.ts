import {
  type Call,
  type CheckFailure,
  type CheckRequest,
  hasSecret,
  type InvokeResult,
  isPropertyMap,
  type PropertyMap,
  type Provider,
  type ReadRequest,
  type ReadResult,
  revealMap,
  Secret,
  type Subject,
  UNKNOWN,
} from "../rpc/index.ts";
import { changesBetween } from "./diff.ts";
import type { Journal } from "./journal.ts";

/** What a recorder has to know of the package that it stands in for. */
export interface Catalogue {
  /** As in the type tokens: `aws`. */
  readonly name: string;
  /** Of the installed SDK. */
  readonly version: string;
  /** Takes the provider's configuration, such as a region. */
  configure(args: PropertyMap): void;
  /** The inputs with what the real provider adds before it plans (a name, say), or what is wrong with them. */
  complete(request: CheckRequest): { readonly inputs: PropertyMap; readonly failures?: readonly CheckFailure[] };
  /** Top-level inputs that cannot be changed in place. */
  replaceOn(type: string): ReadonlySet<string>;
  /** The name that the program itself gave: two resources cannot have the same one at the same time. */
  givenName(subject: Subject, inputs: PropertyMap): string | undefined;
  /** A made-up id, marked as such. */
  id(subject: Subject, inputs: PropertyMap): string;
  /** Made-up values of what the real provider would tell, marked as such. */
  outputs(subject: Subject, id: string, inputs: PropertyMap): PropertyMap;
  /** Answers a function, without secret marks; `undefined` for one that it cannot answer. */
  invoke(token: string, args: PropertyMap): PropertyMap | undefined;
  /** The functions that it answers. */
  readonly functions: readonly string[];
}

/** What stands at every resource that a recorder has seen. */
export const NOTE = "recorded, not deployed";

/**
 * A provider that deploys nothing: it takes what a program declares, gives made-up values for what only a deployment
 * would tell, writes it all down, and says so at each resource.
 */
export function recorder(catalogue: Catalogue, journal: Journal): Provider {
  return {
    name: catalogue.name,
    version: catalogue.version,
    async configure({ args }) {
      catalogue.configure(args);
    },
    async check(request) {
      return catalogue.complete(request);
    },
    async diff({ oldInputs, news, ...subject }) {
      const changes = changesBetween(oldInputs, news, catalogue.replaceOn(subject.type));
      const name = catalogue.givenName(subject, news);
      const taken = name !== undefined && name === catalogue.givenName(subject, oldInputs);
      return { changes, deleteBeforeReplace: taken };
    },
    async create({ inputs, preview, ...subject }, call) {
      call.status(NOTE);
      if (preview) return { id: "", outputs: unknowns(catalogue, subject, inputs) };
      const id = catalogue.id(subject, inputs);
      journal({ operation: "create", ...subject, id, inputs });
      return { id, outputs: made(catalogue, subject, id, inputs) };
    },
    async update({ id, inputs, preview, ...subject }, call) {
      call.status(NOTE);
      if (!preview) journal({ operation: "update", ...subject, id, inputs });
      return made(catalogue, subject, id, inputs);
    },
    async delete({ id, inputs, ...subject }, call) {
      call.status(`${NOTE}: there is nothing to delete`);
      journal({ operation: "delete", ...subject, id, inputs });
    },
    read: async (request, call) => read(catalogue, request, call),
    invoke: async ({ token, args }) => answer(catalogue, token, args),
  };
}

/** What the program gave wins over what is made up; in an object of both, field by field. */
function made(catalogue: Catalogue, subject: Subject, id: string, inputs: PropertyMap): PropertyMap {
  return beside(catalogue.outputs(subject, id, inputs), inputs);
}

/** As {@link made}, before anything is: what is made up is not known yet. */
function unknowns(catalogue: Catalogue, subject: Subject, inputs: PropertyMap): PropertyMap {
  const outputs = Object.entries(catalogue.outputs(subject, "", inputs)).map(([name, value]) => {
    const isOfBoth = isPropertyMap(value) && isPropertyMap(inputs[name]);
    return [name, isOfBoth ? Object.fromEntries(Object.keys(value).map((field) => [field, UNKNOWN])) : UNKNOWN];
  });
  return beside(Object.fromEntries(outputs), inputs);
}

function beside(outputs: PropertyMap, inputs: PropertyMap): PropertyMap {
  const both = Object.entries(inputs).map(([name, given]) => {
    const more = outputs[name];
    return [name, isPropertyMap(given) && isPropertyMap(more) ? { ...more, ...given } : given];
  });
  return { ...outputs, ...Object.fromEntries(both) };
}

/** A refresh finds what was recorded. What was never recorded is taken to be there: a recorder cannot look. */
function read(catalogue: Catalogue, { id, inputs, state, ...subject }: ReadRequest, call: Call): ReadResult {
  if (Object.keys(inputs).length > 0) {
    call.status(`${NOTE}: taken as unchanged`);
    return { id, inputs, outputs: state };
  }
  call.log("warning", `${NOTE}: nobody looked whether ${JSON.stringify(id)} exists`);
  return { id, inputs: state, outputs: made(catalogue, subject, id, state) };
}

function answer(catalogue: Catalogue, token: string, args: PropertyMap): InvokeResult {
  const result = catalogue.invoke(token, revealMap(args));
  if (result === undefined) {
    throw new Error(
      `${token} asks ${catalogue.name} for something that is there, and this provider records without deploying: it ` +
        `cannot tell. Take the value from the stack's configuration, or run with the official provider. ` +
        `It answers ${catalogue.functions.join(", ")}`,
    );
  }
  if (!hasSecret(args)) return { result };
  return { result: Object.fromEntries(Object.entries(result).map(([name, value]) => [name, new Secret(value)])) };
}
