import {
  answerConstruct,
  type Call,
  type ConstructRequest,
  type CreateRequest,
  type CreateResult,
  type DeleteRequest,
  type DiffResult,
  InitFailed,
  type PropertyMap,
  type Provider,
  type UpdateRequest,
} from "../rpc/index.ts";
import { timeoutOf } from "./annotations.ts";
import { check } from "./check.ts";
import { readConfig, refusedArguments } from "./config.ts";
import { toObject } from "./convert.ts";
import { create, existing, isStrangers, LostAnswer, previewCreate, type Write } from "./create.ts";
import { remove, removePatch } from "./delete.ts";
import { diffConfig } from "./diff-config.ts";
import { diff } from "./diff-resource.ts";
import { discreet } from "./discreet.ts";
import { identify } from "./identity.ts";
import { invoke } from "./invoke.ts";
import { construct } from "./manifest-component.ts";
import { idOf, type KubeObject } from "./object.ts";
import { read } from "./read.ts";
import { redactor } from "./secrets.ts";
import { apiOf, openSession, type Session } from "./session.ts";
import { isEmpty, lastInputs, lostSince, lostState, managerOf, objectIn, stateOf, toSend } from "./state.ts";
import { type Change, previewUpdate, update } from "./update.ts";
import type { Rule } from "./wait/readiness.ts";
import { ruleFor } from "./wait/rules.ts";
import { WaitError, waitUntilReady } from "./wait/wait.ts";

/** A Kubernetes provider that behaves as Pulumi documents its own. `version` is that of the SDK it serves. */
export function kubernetesProvider(version: string): Provider {
  let current: Session | undefined;
  const session = () => {
    if (current === undefined) throw new Error("the Kubernetes provider was used before it was configured");
    return current;
  };
  const makeComponent = discreet((request: ConstructRequest, call) => construct(session(), request, call));
  return {
    name: "kubernetes",
    version,
    async checkConfig({ news }) {
      return { inputs: news, failures: refusedArguments(news) };
    },
    async diffConfig({ oldInputs, news }) {
      return { changes: diffConfig(oldInputs, news) };
    },
    configure: discreet(async ({ args }, call) => {
      current?.api?.close();
      const opened = await openSession(readConfig(args), call);
      // Why there is no cluster is told later on, by calls that know nothing of this one's secrets.
      current = { ...opened, unreachable: opened.unreachable && redactor([args])(opened.unreachable) };
    }),
    check: discreet((request, call) => check(session(), request, call)),
    diff: discreet((request, call): Promise<DiffResult> => diff(session(), request, call)),
    create: discreet((request, call) => createResource(session(), request, call)),
    update: discreet((request, call) => updateResource(session(), request, call)),
    read: discreet((request, call) => read(session(), request, call)),
    delete: discreet((request, call) => deleteResource(session(), request, call)),
    invoke: discreet((request) => invoke(current, request)),
    construct: (message, call) =>
      answerConstruct(message, { name: "kubernetes", version }, (request) => makeComponent(request, call)),
  };
}

async function createResource(session: Session, request: CreateRequest, call: Call): Promise<CreateResult> {
  const { inputs, preview } = request;
  if (preview && session.api === undefined) return { id: "", outputs: inputs };
  const write = writeOf(session, request, {}, call);
  if (preview) {
    const planned = await previewCreate(write, inputs);
    return { id: "", outputs: planned ? previewState(planned, inputs, write.manager) : inputs };
  }
  const rule = ruleFor(write.object, session.config.awaitAll);
  const made = await create(write).catch((error: Error) => {
    const { object, manager } = write;
    if (!(error instanceof LostAnswer) || !object.metadata.name) throw error;
    // In the state, so that the next refresh looks for it: left out of there, nobody would know of it.
    const reason = `whether ${object.kind} ${idOf(object)} was created is not known; a refresh will tell: ${error.message}`;
    throw new InitFailed(idOf(object), lostState(object, inputs, manager, error.since), inputs, [reason]);
  });
  const live = await settled(write, made, rule, (seen, reasons) => {
    const outputs = stateOf(seen, inputs, write.manager);
    const first = `${seen.kind} ${idOf(seen)} was created, but it failed to fully initialize or become live`;
    return new InitFailed(idOf(seen), outputs, inputs, [first, ...reasons]);
  });
  if (live.kind === "CustomResourceDefinition") write.api.discovery.reset();
  return { id: idOf(live), outputs: stateOf(live, inputs, write.manager) };
}

async function updateResource(session: Session, request: UpdateRequest, call: Call): Promise<PropertyMap> {
  const { inputs, preview, oldOutputs, oldInputs, ignoreChanges } = request;
  if (preview && session.api === undefined) return inputs;
  const write = writeOf(session, request, oldOutputs, call);
  const given = toObject(lastInputs(oldInputs, oldOutputs));
  const formerManager = managerOf(given, oldOutputs, session.config.enableServerSideApply);
  // Made by generateName, or adopted under another spelling: the id says what it is called.
  const object = named(write.object, request.id);
  const change: Change = { ...write, object, before: toSend(given), ignoreChanges, formerManager };
  const since = lostSince(oldOutputs);
  if (since !== undefined && (await isStrangers(write.api, object, since))) throw existing(object);
  if (preview) {
    const planned = await previewUpdate(change, inputs);
    return planned ? previewState(planned, inputs, write.manager) : inputs;
  }
  const rule = ruleFor(object, session.config.awaitAll);
  const changed = await update(change);
  const live = await settled(write, changed, rule, (seen, reasons) => {
    const outputs = stateOf(seen, inputs, write.manager, oldOutputs);
    const first = `${seen.kind} ${idOf(seen)} was updated, but it failed to fully initialize or become live`;
    return new InitFailed(idOf(seen), outputs, inputs, [first, ...reasons]);
  });
  if (live.kind === "CustomResourceDefinition") write.api.discovery.reset();
  return stateOf(live, inputs, write.manager, oldOutputs);
}

function named(object: KubeObject, id: string): KubeObject {
  if (object.metadata.name) return object;
  return { ...object, metadata: { ...object.metadata, name: id.split("/").at(-1) ?? "" } };
}

function writeOf(session: Session, request: CreateRequest, olds: PropertyMap, call: Call): Write {
  const given = toObject(request.inputs);
  const { isPatch } = identify(request.type, given.kind);
  const manager = managerOf(given, olds, session.config.enableServerSideApply);
  const timeoutSeconds = timeoutOf(given, request.timeoutSeconds);
  return { session, api: apiOf(session), object: toSend(given), manager, isPatch, timeoutSeconds, call };
}

/** What a preview shows: the dry run's answer without the status, which the program must not take for real. */
function previewState(planned: KubeObject, inputs: PropertyMap, manager: string): PropertyMap {
  const { status: _status, ...object } = planned;
  return stateOf(object as unknown as KubeObject, inputs, manager);
}

/** Waits until what was written is ready; what is thrown otherwise keeps the object in the state. */
async function settled(
  { api, call, timeoutSeconds }: Write,
  written: KubeObject,
  rule: Rule | undefined,
  failure: (seen: KubeObject, reasons: readonly string[]) => InitFailed,
): Promise<KubeObject> {
  if (rule === undefined) return written;
  try {
    return await waitUntilReady(api, written, rule, {
      timeoutSeconds,
      signal: call.signal,
      status: call.status,
      warn: (message) => call.log("warning", message),
    });
  } catch (error) {
    if (error instanceof WaitError) throw failure(error.object, [error.message, ...error.problems]);
    throw failure(written, [(error as Error).message]);
  }
}

async function deleteResource(session: Session, request: DeleteRequest, call: Call): Promise<void> {
  const { state, inputs, type, timeoutSeconds } = request;
  if (isEmpty(state)) return;
  if (session.unreachable !== undefined) {
    call.log("warning", `configured Kubernetes cluster is unreachable: ${session.unreachable}`);
    if (session.config.deleteUnreachable) return;
    throw new Error(
      'configured Kubernetes cluster is unreachable. If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"',
    );
  }
  const object = objectIn(state, request);
  const api = apiOf(session);
  const given = toObject(lastInputs(inputs, state));
  if (identify(type, object.kind).isPatch)
    return removePatch(api, object, managerOf(given, state, session.config.enableServerSideApply));
  const since = lostSince(state);
  if (since !== undefined && (await isStrangers(api, object, since))) return;
  await remove({ api, object, given: { ...object, ...given } as KubeObject, timeoutSeconds, call });
}
