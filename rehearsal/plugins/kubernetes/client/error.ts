import { type Json, type JsonObject, listAt, numberAt, textAt } from "../object.ts";

/** The API server refused a request: its own words, with the machine-readable parts of its answer. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** HTTP status. */
  readonly status: number;
  /** Such as `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `Forbidden`. */
  readonly reason: string;
  /** Kind or resource that the answer is about, in lower case and plural for built-in kinds. */
  readonly subject: string;
  readonly causes: readonly ApiErrorCause[];
  /** How long the server asks to wait, in seconds. */
  readonly retryAfter: number | undefined;

  constructor(status: number, body: Json | undefined, fallback: string, retryAfter?: number) {
    super(textAt(body, "message") || fallback);
    this.status = status;
    this.reason = textAt(body, "reason") ?? "";
    this.subject = textAt(body, "details", "kind") ?? "";
    this.causes = listAt(body, "details", "causes").map(causeOf);
    this.retryAfter = numberAt(body, "details", "retryAfterSeconds") ?? retryAfter;
  }
}

export interface ApiErrorCause {
  /** Such as `FieldManagerConflict`, `FieldValueInvalid`, `NamespaceTerminating`. */
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

function causeOf(cause: JsonObject): ApiErrorCause {
  const { reason = "", message = "", field = "" } = cause as { [key: string]: string };
  return { reason, message, field };
}

/** The API server could not be reached, or the connection broke. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  /** The request may have been carried out all the same. */
  readonly ambiguous: boolean;

  constructor(message: string, ambiguous: boolean) {
    super(message);
    this.ambiguous = ambiguous;
  }
}

/** The API server knows no such kind: a definition that is missing, or not there yet. */
export class NoKindError extends Error {
  override readonly name = "NoKindError";

  constructor(apiVersion: string, kind: string) {
    super(
      `the API server has no kind ${kind} in ${apiVersion}; if a CustomResourceDefinition brings it, make that first (dependsOn)`,
    );
  }
}

export function isNotFound(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 404;
}

export function isAlreadyExists(error: unknown): error is ApiError {
  return error instanceof ApiError && error.reason === "AlreadyExists";
}

export function isForbidden(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 403;
}

/** Not to be seen with the rights there are, or not known to this cluster. */
export function isHidden(error: unknown): boolean {
  return isForbidden(error) || error instanceof NoKindError;
}

/** The namespace of the object, not the object, is what was not found. */
export function isNamespaceMissing(error: unknown): boolean {
  return isNotFound(error) && error.subject === "namespaces";
}

/** Whether the same request may do well a moment later. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  if (!(error instanceof ApiError)) return false;
  if ([429, 502, 503, 504].includes(error.status)) return true;
  if (error.status !== 500) return false;
  return (
    error.retryAfter !== undefined ||
    /failed calling webhook|failed to call webhook|etcdserver|leader changed/.test(error.message)
  );
}
