import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component.ts";
import { refuse } from "../core/invalid.ts";
import { nameProblems } from "../core/names.ts";
import { Route, type RouteArgs } from "../edge/route.ts";
import { Microservice } from "./microservice.ts";
import type { MicroserviceArgs } from "./microservice-args.ts";

export interface ApplicationArgs extends Omit<MicroserviceArgs, "image" | "uses" | "transform"> {
  /** Where its images are and which version of them runs: service `orders` runs `<registry>/orders:<version>`. */
  readonly images: { readonly registry: string; readonly version: string };
  /** The gateway that its services may be reached by. */
  readonly gateway: RouteArgs["gateway"];
}

export interface ApplicationServiceArgs extends Partial<MicroserviceArgs> {
  /** How it is reached from outside: `true` for `/<service>` with the defaults of a Route. Not at all by default. */
  readonly route?: true | Pick<RouteArgs, "path" | "timeout" | "transform">;
}

/**
 * Services that belong together: they share a namespace, a registry, a version, sizes and a gateway, so that each of
 * them is declared by what makes it different.
 *
 * ```ts
 * const shop = new Application("shop", { namespace, zones, images, gateway });
 * const inventory = shop.service("inventory", { uses: [stock.owner, placed.consume], route: true });
 * const catalog = shop.service("catalog", { uses: [inventory] });
 * ```
 */
export class Application extends Component {
  readonly #args: ApplicationArgs;
  readonly #urls: Record<string, string> = {};

  constructor(name: string, args: ApplicationArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`Application "${name}"`, nameProblems("name", name));
    super("workload:Application", name, opts);
    this.#args = args;
    this.registerOutputs({});
  }

  /** Addresses outside the cluster of the services declared so far that have a route. */
  get urls(): Readonly<Record<string, string>> {
    return this.#urls;
  }

  /** Declares a service; what is given here wins over what the application gives. */
  service(name: string, { route, ...args }: ApplicationServiceArgs = {}): Microservice {
    const { images, gateway, ...shared } = this.#args;
    const image = `${images.registry}/${name}:${images.version}`;
    const service = new Microservice(name, { ...shared, image, ...args }, { parent: this });
    if (route !== undefined) {
      const options = route === true ? {} : route;
      this.#urls[name] = new Route(name, { ...options, gateway, to: service }, { parent: this }).url;
    }
    return service;
  }
}
