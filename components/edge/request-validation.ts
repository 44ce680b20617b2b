import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component.ts";
import { type Problem, refuse } from "../core/invalid.ts";
import type { OptOut } from "../core/opt-out.ts";
import type { Transform } from "../core/transform.ts";
import type { Consumer, Grant, Usable } from "../core/usage.ts";
import { Microservice } from "../workload/microservice.ts";
import type { MicroserviceArgs } from "../workload/microservice-args.ts";
import {
  type ApiDocuments,
  type DocumentsManifest,
  documentsPlan,
  type ExtensionPolicyManifest,
  extensionPolicyPlan,
  validationProblems,
  validatorResources,
} from "./request-validation-plan.ts";

export interface RequestValidationArgs
  extends Pick<MicroserviceArgs, "image" | "zones" | "scaling" | "replication" | "runbooks"> {
  /** The namespace of the services whose requests are judged. */
  readonly namespace: MicroserviceArgs["namespace"];
  /**
   * 100m and 256Mi requested, limits 1 and 256Mi by default, and 12 times what the longest `maxBody` has beyond 4Mi. More processors judge
   * more bodies at once, beyond two: each takes 50Mi and three times the longest body.
   */
  readonly resources?: MicroserviceArgs["resources"];
  /** What requests are judged by, by the names of their routes: that of a service, unless the `Route` has another. */
  readonly documents: ApiDocuments;
  /**
   * Lets requests pass unjudged while no validator answers, or none within a second. By default they get 500 or 504. Whoever can keep all
   * validators from answering then gets anything to the service: a validator refuses what takes it long, but cannot answer while it has no
   * processor or no memory.
   */
  readonly failOpen?: OptOut;
  readonly transform?: MicroserviceArgs["transform"] & {
    readonly documents?: Transform<DocumentsManifest>;
  };
}

/** Where proxies ask. */
const PORT = 8080;
/** A stream is one request, and no request takes longer at a gateway. */
const LONGEST: NonNullable<MicroserviceArgs["shutdown"]> = { longestRequest: "30s" };

/**
 * Judges requests at the gateway by the OpenAPI documents of their services: path, method, parameters, headers and JSON. What a document does
 * not allow gets 400, 404, 405, 413 or 415 (503 while there are too many) with a `application/problem+json` that names the place and the rule, never a value. A route whose
 * requests are to be judged is given it: `new Route("orders", { gateway, to, validation })`. Where Envoy Gateway runs the gateway.
 *
 * ```ts
 * const openapi = readFileSync(new URL("openapi.yaml", import.meta.url), "utf8");
 * const validation = new RequestValidation("validation", { namespace, zones, image, documents: { orders: { openapi } } });
 * ```
 */
export class RequestValidation extends Component {
  readonly namespace: string;
  readonly #name: string;
  readonly #routes: readonly string[];
  readonly #failOpen: OptOut | undefined;
  readonly #validator: Microservice;

  constructor(name: string, args: RequestValidationArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, documents, failOpen, transform, ...service } = args;
    refuse(`RequestValidation "${name}"`, validationProblems(name, args));
    super("edge:RequestValidation", name, opts, [namespace]);
    this.namespace = namespace.name;
    this.#name = name;
    this.#routes = Object.keys(documents);
    this.#failOpen = failOpen;
    const plan = documentsPlan(name, namespace.name, documents);
    const configMap = new ConfigMap(...this.child(`${name}-documents`, plan, transform?.documents));
    this.#validator = new Microservice(
      name,
      {
        ...service,
        resources: service.resources ?? validatorResources(documents),
        namespace,
        port: PORT,
        runtime: "go",
        shutdown: LONGEST,
        uses: [inFolder(plan.metadata.name, configMap)],
        ...(transform && { transform }),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }

  /** What is wrong with a route that is to be judged by it. */
  problems(route: string, namespace: string): Problem[] {
    const problems: Problem[] = [];
    if (!this.#routes.includes(route))
      problems.push({
        field: "validation",
        given: `RequestValidation "${this.#name}"`,
        allowed: `one with documents.${route}; this one has ${this.#routes.join(", ")}`,
      });
    if (namespace !== this.namespace)
      problems.push({
        field: "validation.namespace",
        given: this.namespace,
        allowed: `that of the service, ${namespace}`,
      });
    return problems;
  }

  /** Lets a gateway's proxies ask, and says whom. A Route calls it; nobody else needs to. */
  serve(proxies: Consumer): Grant {
    return this.#validator.grant(proxies);
  }

  /** The policy that has requests of an HTTPRoute judged. A Route calls it; nobody else needs to. */
  policy(route: string): ExtensionPolicyManifest {
    return extensionPolicyPlan(route, this.namespace, { name: this.#name, port: PORT, failOpen: this.#failOpen });
  }
}

/** Documents are read when the program starts: others start other pods, and a bad one keeps them from taking over. */
function inFolder(configMap: string, resource: pulumi.Resource): Usable {
  return {
    usableName: "documents",
    grant: () => ({
      environment: {},
      files: {},
      config: { configMap },
      peers: [],
      dependsOn: [resource],
      revision: configMap,
    }),
  };
}
