import { status as codes, Metadata, type ServiceError } from "@grpc/grpc-js";
import type * as pb from "@pulumi/pulumi/proto/provider_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import anyPb from "google-protobuf/google/protobuf/any_pb.js";
import { Cancelled, InitFailed } from "./failure.ts";
import { marshal, unmarshal } from "./marshal.ts";
import { formatPath } from "./path.ts";
import type {
  Autonaming,
  CheckFailure,
  CheckRequest,
  CheckResult,
  DiffRequest,
  DiffResult,
  PropertyChange,
  Subject,
} from "./provider.ts";

const MODES = ["propose", "enforce", "disable"] as const satisfies readonly Autonaming["mode"][];

interface SubjectMessage {
  getUrn(): string;
  getType(): string;
  getName(): string;
}

/** URN, type and name; engines before 3.144 sent the URN alone. */
export function readSubject(message: SubjectMessage): Subject {
  const urn = message.getUrn();
  const [type = "", name = ""] = urn.split("::").slice(2);
  return {
    urn,
    type: message.getType() || (type.split("$").at(-1) ?? ""),
    name: message.getName() || name,
  };
}

export function readCheck(message: pb.CheckRequest): CheckRequest {
  const autonaming = message.getAutonaming();
  return {
    ...readSubject(message),
    olds: unmarshal(message.getOlds()),
    news: unmarshal(message.getNews()),
    randomSeed: message.getRandomseed_asU8(),
    autonaming: autonaming && {
      proposedName: autonaming.getProposedName(),
      mode: MODES[autonaming.getMode()] ?? "propose",
    },
  };
}

export function readDiff(message: pb.DiffRequest): DiffRequest {
  return {
    ...readSubject(message),
    id: message.getId(),
    oldInputs: unmarshal(message.getOldInputs()),
    oldOutputs: unmarshal(message.getOlds()),
    news: unmarshal(message.getNews()),
    ignoreChanges: message.getIgnorechangesList(),
  };
}

/** A timeout on the wire: seconds, where 0 says that none was given. */
export function readTimeout(message: { getTimeout(): number }): number | undefined {
  return message.getTimeout() > 0 ? message.getTimeout() : undefined;
}

export function writeCheck({ inputs, failures }: CheckResult): pb.CheckResponse {
  const response = new providerPb.CheckResponse();
  response.setInputs(marshal(inputs));
  response.setFailuresList(writeFailures(failures ?? []));
  return response;
}

export function writeFailures(failures: readonly CheckFailure[]): pb.CheckFailure[] {
  return failures.map(({ property, reason }) => {
    const failure = new providerPb.CheckFailure();
    failure.setProperty(property ?? "");
    failure.setReason(reason);
    return failure;
  });
}

export function writeDiff({ changes, deleteBeforeReplace }: DiffResult): pb.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = providerPb.DiffResponse.DiffChanges;
  const response = new providerPb.DiffResponse();
  const roots = (some: readonly PropertyChange[]) => [...new Set(some.map(({ path }) => String(path[0] ?? "")))];
  response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList(roots(changes));
  response.setReplacesList(roots(changes.filter(({ replace }) => replace)));
  response.setDeletebeforereplace(deleteBeforeReplace ?? false);
  response.setHasdetaileddiff(true);
  for (const change of changes) response.getDetaileddiffMap().set(formatPath(change.path), writeChange(change));
  return response;
}

function writeChange({ kind, replace, inputDiff }: PropertyChange): pb.PropertyDiff {
  const { Kind } = providerPb.PropertyDiff;
  const kinds = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
  } as const;
  const diff = new providerPb.PropertyDiff();
  diff.setKind(kinds[kind][replace ? 1 : 0]);
  diff.setInputdiff(inputDiff ?? true);
  return diff;
}

/** An error as the engine understands it: with the resource's state, where the resource exists but is not well. */
export function writeError(error: unknown): Partial<ServiceError> {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Cancelled) return { code: codes.CANCELLED, message };
  if (!(error instanceof InitFailed)) return { code: codes.UNKNOWN, message };
  const detail = new providerPb.ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(marshal(error.outputs));
  detail.setInputs(marshal(error.inputs));
  detail.setReasonsList([...error.reasons]);
  const any = new anyPb.Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusPb.Status();
  status.setCode(codes.UNKNOWN);
  status.setMessage(message);
  status.addDetails(any);
  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: codes.UNKNOWN, message, metadata };
}
