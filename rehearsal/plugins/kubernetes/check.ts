import { type Call, type CheckRequest, type CheckResult, isPropertyMap, type PropertyMap } from "../rpc/index.ts";
import { AutonamingDisabled, isGenerateName, isNamed, withName } from "./autoname.ts";
import { changeMap, mapIn, omit, textIn, withoutServerMetadata } from "./convert.ts";
import { identify, refusalOf } from "./identity.ts";
import { markWellKnown } from "./secrets.ts";
import type { Session } from "./session.ts";

const MANAGED_BY = "app.kubernetes.io/managed-by";

/** Completes inputs (name, namespace, secret marks) and refuses what cannot be served. */
export async function check(session: Session, request: CheckRequest, call: Call): Promise<CheckResult> {
  const { type, olds, news } = request;
  if (session.unreachable !== undefined && session.config.skipUpdateUnreachable) {
    call.log("warning", "Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...");
    return { inputs: olds };
  }
  const refusal = refusalOf(type) ?? shapeProblem(session, type, news);
  if (refusal !== undefined) return { inputs: news, failures: [{ reason: refusal }] };
  try {
    const inputs = withName(withoutInternals(withoutServerMetadata(news)), { ...request, resourceName: request.name });
    const refused = generateNameProblem(session, inputs);
    if (refused !== undefined) return { inputs, failures: [refused] };
    return { inputs: markWellKnown(await withNamespace(session, withManagedBy(session, inputs, olds))) };
  } catch (error) {
    if (!(error instanceof AutonamingDisabled)) throw error;
    return { inputs: news, failures: [{ property: "metadata.name", reason: error.message }] };
  }
}

function withoutInternals(inputs: PropertyMap): PropertyMap {
  return omit(
    inputs,
    Object.keys(inputs).filter((key) => key.startsWith("__")),
  );
}

function shapeProblem(session: Session, type: string, news: PropertyMap): string | undefined {
  const [apiVersion, kind] = [textIn(news, "apiVersion"), textIn(news, "kind")];
  if (apiVersion === undefined || kind === undefined)
    return `${type} has no ${apiVersion === undefined ? "apiVersion" : "kind"}: every object needs both`;
  if (news.metadata !== undefined && !isPropertyMap(news.metadata) && mapIn(news, "metadata") === undefined)
    return typeof news.metadata === "object" ? undefined : "metadata must hold fields";
  if (!identify(type, kind).isPatch) return undefined;
  if (!session.config.enableServerSideApply)
    return "patch resources require Server-Side Apply mode, which is enabled using the `enableServerSideApply` Provider config";
  return isNamed(news) ? undefined : "patch resources require the `.metadata.name` field to be set";
}

function generateNameProblem(session: Session, inputs: PropertyMap) {
  if (!isGenerateName(inputs) || !session.config.enableServerSideApply) return undefined;
  const reason = "the `.metadata.generateName` field is not supported in Server-Side Apply mode";
  return { property: "metadata.generateName", reason };
}

/** Without server-side apply a label tells who manages an object; one that was taken over without it stays without. */
function withManagedBy(session: Session, inputs: PropertyMap, olds: PropertyMap): PropertyMap {
  const isNew = Object.keys(olds).length === 0;
  const had = textIn(mapIn(mapIn(olds, "metadata"), "labels"), MANAGED_BY) === "pulumi";
  if (!had && (!isNew || session.config.enableServerSideApply)) return inputs;
  return changeMap(inputs, "metadata", (metadata) =>
    changeMap(metadata, "labels", (labels) => ({ ...labels, [MANAGED_BY]: "pulumi" })),
  );
}

/** The default namespace, for kinds that live in one. A kind that the cluster does not know yet counts as such. */
async function withNamespace(session: Session, inputs: PropertyMap): Promise<PropertyMap> {
  const metadata = mapIn(inputs, "metadata");
  if (metadata === undefined || metadata.namespace) return inputs;
  if (!(await isNamespaced(session, inputs))) return inputs;
  return changeMap(inputs, "metadata", (given) => ({ ...given, namespace: session.defaultNamespace }));
}

/** Whether objects of this kind live in a namespace; `true` where that cannot be known yet. */
export async function isNamespaced(session: Session, inputs: PropertyMap): Promise<boolean> {
  const [apiVersion, kind] = [textIn(inputs, "apiVersion"), textIn(inputs, "kind")];
  if (session.api === undefined || apiVersion === undefined || kind === undefined) return true;
  return (await session.api.discovery.find(apiVersion, kind))?.namespaced ?? true;
}
