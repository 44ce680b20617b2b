import { checksum } from "../core/checksum.ts";
import type { Manifest } from "../core/custom-resource.ts";
import type { Problem } from "../core/invalid.ts";
import { labels } from "../core/labels.ts";
import { nameProblems } from "../core/names.ts";
import { isOptOut, type OptOut, optOutAnnotations } from "../core/opt-out.ts";
import { amount, isQuantity, type Quantity } from "../core/quantity.ts";
import type { Resources } from "../core/resources.ts";
import { shapeProblems } from "../core/shape.ts";
import { documentProblems, readDocument } from "./openapi-document.ts";

/** What requests of one route are judged by. */
export interface ApiDocument {
  /** The service's OpenAPI document, 3.0 or 3.1: an object, or its text in YAML or JSON. */
  readonly openapi: object | string;
  /** The longest body, as a quantity of bytes; `1Mi` by default. The gateway's own limit is asked first. */
  readonly maxBody?: Quantity;
  /** Lets requests pass, unjudged, whose path or method the document does not have. By default they get 404 or 405. */
  readonly unknownPaths?: OptOut;
  /** Lets parameters of a query pass that the document does not have. By default they are refused. */
  readonly unknownQuery?: OptOut;
}

/** The documents, by the names of the routes that they are for. */
export type ApiDocuments = Readonly<Record<string, ApiDocument>>;

/** The fields of Envoy Gateway's policy that we set (gateway.envoyproxy.io/v1alpha1). */
export type ExtensionPolicyManifest = Manifest<
  "gateway.envoyproxy.io/v1alpha1",
  "EnvoyExtensionPolicy",
  {
    targetRefs: { group: "gateway.networking.k8s.io"; kind: "HTTPRoute"; name: string }[];
    extProc: {
      backendRefs: { kind: "Service"; name: string; port: number }[];
      backendSettings: { healthCheck: { panicThreshold: number; passive: Passive } };
      failOpen: boolean;
      messageTimeout: string;
      processingMode: { request: { body: "Buffered"; attributes: string[] }; allowModeOverride: true };
    }[];
  }
>;

/** A ConfigMap with a file for each document. */
export interface DocumentsManifest {
  metadata: { name: string; namespace: string; labels: Record<string, string>; annotations: Record<string, string> };
  immutable: true;
  data: Record<string, string>;
}

interface Passive {
  splitExternalLocalOriginErrors: true;
  consecutiveLocalOriginFailures: number;
  interval: string;
  baseEjectionTime: string;
  maxEjectionPercent: number;
}

const DEFAULT_BODY: Quantity = "1Mi";
/** What a gateway may take at most. */
const LARGEST_BODY: Quantity = "64Mi";
/** A ConfigMap holds 1 MiB; a little is left for its own words. */
const MOST_BYTES = 1_000_000;
/** How long a proxy waits for each of two answers; without one it is as if nobody were there. A validator refuses after half of it. */
const PATIENCE = "1s";
/**
 * What a validator takes while it judges: 40 MB for what is wrong with each of two bodies, 10 MB for the values of each, 40 MB for 2,000
 * streams, and its documents. Beside that stand bodies as they came (16 MiB, or four of the longest) and their texts, up to twice for each
 * that is judged: the usual limit has room for bodies of 4 MiB.
 */
const USUAL_MEMORY = amount("256Mi");
const USUAL_BODY = amount("4Mi");
/** So many times the longest body is in memory at most. */
const COPIES = 12;
/** By this the program knows which document is meant. Nothing that a client sends is in it. */
const ROUTE_NAME = "xds.route_name";

/** Processor and memory of a validator: more where its documents let longer bodies come. */
export function validatorResources(documents: ApiDocuments): Resources {
  const longest = Math.max(...Object.values(documents).map(({ maxBody = DEFAULT_BODY }) => amount(maxBody)));
  const bytes = USUAL_MEMORY + COPIES * Math.max(0, longest - USUAL_BODY);
  const memory: Quantity = `${Math.ceil(bytes / 2 ** 20)}Mi`;
  return { requests: { cpu: "100m", memory }, limits: { cpu: "1", memory } };
}

/** The ConfigMap with the documents, one file for each. It has another name for other documents, so that pods that stand keep theirs. */
export function documentsPlan(name: string, namespace: string, documents: ApiDocuments): DocumentsManifest {
  const data = Object.fromEntries(
    Object.entries(documents).map(([route, document]) => [`${route}.json`, fileOf(namespace, route, document)]),
  );
  const stepsDown = Object.fromEntries(
    Object.entries(documents).flatMap(([route, { unknownPaths, unknownQuery }]) =>
      Object.entries({ unknownPaths, unknownQuery }).map(([what, choice]) => [`${route}.${what}`, choice]),
    ),
  );
  return {
    metadata: {
      name: `${name}-documents-${checksum(data)}`,
      namespace,
      labels: labels(name),
      annotations: optOutAnnotations(stepsDown),
    },
    immutable: true,
    data,
  };
}

function fileOf(namespace: string, route: string, given: ApiDocument): string {
  const { openapi, maxBody = DEFAULT_BODY, unknownPaths, unknownQuery } = given;
  return JSON.stringify({
    // A route whose requests may be sent again is two.
    routes: [`${namespace}/${route}`, `${namespace}/${route}-repeatable`],
    maxBodyBytes: amount(maxBody),
    passUnknownPaths: isOptOut(unknownPaths),
    passUnknownQuery: isOptOut(unknownQuery),
    document: readDocument(openapi),
  });
}

/** Has Envoy ask a validator about every request of a route, with its body, before the service sees any of it. */
export function extensionPolicyPlan(
  route: string,
  namespace: string,
  validator: { readonly name: string; readonly port: number; readonly failOpen?: OptOut | undefined },
): ExtensionPolicyManifest {
  const { name, port, failOpen } = validator;
  return {
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind: "EnvoyExtensionPolicy",
    metadata: { name: route, namespace, labels: labels(route), annotations: optOutAnnotations({ failOpen }) },
    spec: {
      targetRefs: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: route }],
      extProc: [
        {
          backendRefs: [{ kind: "Service", name, port }],
          // A validator that is gone, and is still named as one that stands, is left out by each proxy after one request.
          backendSettings: {
            healthCheck: {
              panicThreshold: 0,
              passive: {
                splitExternalLocalOriginErrors: true,
                consecutiveLocalOriginFailures: 1,
                interval: "1s",
                baseEjectionTime: "5s",
                maxEjectionPercent: 50,
              },
            },
          },
          failOpen: isOptOut(failOpen),
          messageTimeout: PATIENCE,
          // Trailers are asked for by the program, of requests that may have some: the policy has no word for them.
          processingMode: { request: { body: "Buffered", attributes: [ROUTE_NAME] }, allowModeOverride: true },
        },
      ],
    },
  };
}

/** What is wrong with documents, and with what is stepped down from. */
export function validationProblems(
  name: string,
  args: { readonly documents: ApiDocuments; readonly failOpen?: OptOut },
): Problem[] {
  const problems = [
    ...nameProblems("name", name),
    ...shapeProblems(args, { documents: "an object of objects, by name" }),
    ...stepProblems("failOpen", args.failOpen),
  ];
  if (problems.length > 0) return problems;
  const documents = Object.entries(args.documents);
  if (documents.length === 0)
    problems.push({ field: "documents", given: args.documents, allowed: "at least one, by the name of its route" });
  for (const [route, { openapi, maxBody = DEFAULT_BODY, unknownPaths, unknownQuery }] of documents) {
    const field = `documents.${route}`;
    problems.push(
      ...nameProblems(field, route),
      ...documentProblems(`${field}.openapi`, openapi),
      ...stepProblems(`${field}.unknownPaths`, unknownPaths),
      ...stepProblems(`${field}.unknownQuery`, unknownQuery),
    );
    const isBody = isQuantity(maxBody) && Number.isInteger(amount(maxBody)) && amount(maxBody) > 0;
    if (!isBody || amount(maxBody) > amount(LARGEST_BODY))
      problems.push({ field: `${field}.maxBody`, given: maxBody, allowed: `bytes from "1" to "${LARGEST_BODY}"` });
  }
  return problems.length > 0 ? problems : sizeProblems(args.documents);
}

function stepProblems(field: string, given: OptOut | undefined): Problem[] {
  if (given === undefined || isOptOut(given)) return [];
  return [{ field, given, allowed: 'optOut("why it is good enough")' }];
}

function sizeProblems(documents: ApiDocuments): Problem[] {
  const { data } = documentsPlan("any", "any", documents);
  const size = Object.entries(data).reduce((sum, [key, text]) => sum + key.length + Buffer.byteLength(text), 0);
  if (size <= MOST_BYTES) return [];
  const allowed = `at most ${MOST_BYTES} bytes of JSON in all, what a ConfigMap holds; make a RequestValidation of some`;
  return [{ field: "documents", given: size, allowed }];
}
