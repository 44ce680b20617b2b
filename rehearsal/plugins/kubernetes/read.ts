import { type Call, InitFailed, type PropertyMap, type ReadRequest, type ReadResult } from "../rpc/index.ts";
import { isTrue, SKIP_AWAIT } from "./annotations.ts";
import { isNotFound, isTransient, NoKindError } from "./client/error.ts";
import { retrying } from "./client/retry.ts";
import { textIn, toObject } from "./convert.ts";
import { isMadeSince } from "./create.ts";
import { driftedInputs, importedInputs } from "./drift.ts";
import { identify, refusalOf } from "./identity.ts";
import { idOf, type KubeObject, type ObjectKey, parseId } from "./object.ts";
import { markWellKnown } from "./secrets.ts";
import { apiOf, type Session } from "./session.ts";
import { isEmpty, liveIn, lostSince, managerOf, objectIn, stateOf } from "./state.ts";
import { ruleOfKind } from "./wait/rules.ts";
import { judgeOnce } from "./wait/wait.ts";

const RETRY_FOR = 15_000;
const HOW_TO_GIVE_UP =
  'If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"';

/** Reads a resource from the cluster: for a refresh, or without inputs and state for an import. */
export async function read(session: Session, request: ReadRequest, call: Call): Promise<ReadResult | undefined> {
  const { id, state, inputs, type } = request;
  if (session.unreachable !== undefined) return withoutCluster(session, request, call);
  if (!isEmpty(state)) objectIn(state, request);
  const refusal = refusalOf(type);
  if (refusal !== undefined) throw new Error(refusal);
  const api = apiOf(session);
  const key = keyFor(type, id, inputs, state);
  let live: KubeObject;
  try {
    live = await retrying(() => api.get(key), { when: isTransient, forMs: RETRY_FOR, signal: call.signal });
  } catch (error) {
    if (isNotFound(error) || error instanceof NoKindError) return undefined;
    throw error;
  }
  const since = lostSince(state);
  if (since !== undefined && !isMadeSince(live, since)) return undefined;
  // What was sent is no answer that drift could be judged against.
  const last = since === undefined ? liveIn(state) : undefined;
  const isImport = textIn(inputs, "kind") === undefined && textIn(state, "kind") === undefined;
  const now = markWellKnown(isImport ? importedInputs(live) : driftedInputs(inputs, last, live));
  const outputs = stateOf(live, now, managerOf(toObject(now), state, session.config.enableServerSideApply), state);
  if (!isImport) await failIfUnready(session, live, inputs, { id, outputs, inputs: now });
  return { id, outputs, inputs: now };
}

/** The object that an id means: apiVersion and kind come from the inputs, the state, or the resource's type. */
function keyFor(type: string, id: string, inputs: PropertyMap, state: PropertyMap): ObjectKey {
  const kind = textIn(inputs, "kind") ?? textIn(state, "kind");
  const token = identify(type, kind);
  const apiVersion = textIn(inputs, "apiVersion") ?? textIn(state, "apiVersion") ?? token.apiVersion;
  return { apiVersion, kind: kind ?? token.kind, ...parseId(id) };
}

/** Tells the engine of an object that is there but not well, so that the next update waits for it again. */
async function failIfUnready(
  session: Session,
  live: KubeObject,
  inputs: PropertyMap,
  found: ReadResult,
): Promise<void> {
  const rule = ruleOfKind(live);
  if (rule === undefined || isTrue(toObject(inputs), SKIP_AWAIT) || live.metadata.deletionTimestamp !== undefined)
    return;
  const readiness = await judgeOnce(apiOf(session), live, rule);
  if (readiness.ready || readiness.settles) return;
  const summary = `${live.kind} ${idOf(live)} was created but failed to initialize: ${readiness.waitingFor}`;
  throw new InitFailed(found.id, found.outputs, found.inputs, [summary, ...readiness.problems]);
}

function withoutCluster(session: Session, request: ReadRequest, call: Call): ReadResult | undefined {
  const { config, unreachable } = session;
  call.log("warning", `configured Kubernetes cluster is unreachable: ${unreachable}`);
  if (config.deleteUnreachable) {
    call.log("info", "deleteUnreachable is set: the resource is taken out of Pulumi's state");
    return undefined;
  }
  if (config.skipUpdateUnreachable) {
    call.log("info", "skipUpdateUnreachable is set: the state may not be what the cluster has");
    return { id: request.id, outputs: request.state, inputs: request.inputs };
  }
  throw new Error(`failed to read resource state due to unreachable cluster. ${HOW_TO_GIVE_UP}`);
}
