import {
  type PropertyMap,
  type Provider,
  type ReadRequest,
  type ReadResult,
  revealMap,
  UNKNOWN,
} from "../rpc/index.ts";
import { changesOf } from "./diff.ts";
import type { Kind } from "./kind.ts";
import { kindOf } from "./kinds.ts";
import { checkInputs, marked, planned } from "./plan.ts";

/** The `random` provider: draws once, and keeps what it drew in the state. */
export function randomProvider(version: string): Provider {
  return {
    name: "random",
    version,
    async configure() {},
    async check({ type, news }) {
      return { inputs: news, failures: checkInputs(kindOf(type), news) };
    },
    async diff(request) {
      return { changes: changesOf(kindOf(request.type), request) };
    },
    async create({ type, inputs: given, preview }) {
      const kind = kindOf(type);
      const inputs = planned(kind, given);
      if (preview) return { id: "", outputs: { ...inputs, ...marked(kind, inputs, notDrawnYet(kind)) } };
      const { id, outputs } = await kind.draw(revealMap(inputs));
      return { id, outputs: { ...inputs, ...marked(kind, inputs, outputs) } };
    },
    /** What can change in place changes nothing that was drawn. */
    async update({ type, oldOutputs, inputs }) {
      const kind = kindOf(type);
      const drawn = kind.outputs.flatMap((name) => {
        const value = oldOutputs[name];
        return value === undefined ? [] : [[name, value] as const];
      });
      return { ...planned(kind, inputs), ...Object.fromEntries(drawn) };
    },
    read: async (request) => read(kindOf(request.type), request),
    async delete() {},
  };
}

function notDrawnYet(kind: Kind): PropertyMap {
  return Object.fromEntries(kind.outputs.map((name) => [name, UNKNOWN]));
}

/** A refresh finds what the state has; an import has an id and nothing else. */
async function read(kind: Kind, { id, type, inputs, state }: ReadRequest): Promise<ReadResult> {
  if (Object.keys(state).length > 0) return { id, inputs, outputs: state };
  if (!kind.import) throw new Error(`${type} cannot be imported: its id says nothing of what was drawn`);
  const imported = await kind.import(id);
  const plan = planned(kind, imported.inputs);
  return { id: imported.id, inputs: imported.inputs, outputs: { ...plan, ...marked(kind, plan, imported.outputs) } };
}
