import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component.ts";
import { refuse } from "../core/invalid.ts";
import { nameProblems } from "../core/names.ts";
import { Route, type RouteArgs } from "../edge/route.ts";
import { CronTask, type CronTaskOptions } from "./cron-task.ts";
import { Microservice } from "./microservice.ts";
import type { MicroserviceArgs } from "./microservice-args.ts";
import { Worker, type WorkerArgs } from "./worker.ts";

export interface ApplicationArgs extends Omit<MicroserviceArgs, "image" | "uses" | "calls" | "transform"> {
  /** Where its images are and which version of them runs: service `orders` runs `<registry>/orders:<version>`. */
  readonly images: { readonly registry: string; readonly version: string };
  /** The gateway that its services may be reached by. */
  readonly gateway: RouteArgs["gateway"];
}

export interface ApplicationServiceArgs extends Partial<MicroserviceArgs> {
  /** How it is reached from outside: `true` for `/<service>` with the defaults of a Route. Not at all by default, which is `false`. */
  readonly route?: boolean | Omit<RouteArgs, "gateway" | "to">;
}

/** What is merged field by field. */
type Given = Pick<Partial<MicroserviceArgs>, "scaling" | "environment">;

/**
 * Services that belong together: they share a namespace, a registry, a version, sizes and a gateway, so that each of
 * them is declared by what makes it different.
 *
 * ```ts
 * const shop = new Application("shop", { namespace, zones, images, gateway });
 * const inventory = shop.service("inventory", { uses: [stock.owner, placed.consume], route: true });
 * const catalog = shop.service("catalog", { uses: [inventory] });
 * shop.worker("mailer", { uses: [placed.consume] });
 * shop.task("expiry", { schedule: "30 2 * * *", uses: [stock.owner] });
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
    const service = new Microservice(name, this.#given(name, shared, args), { parent: this });
    if (route !== undefined && route !== false) {
      const options = route === true ? {} : route;
      this.#urls[name] = new Route(name, { ...options, gateway, to: service }, { parent: this }).url;
    }
    return service;
  }

  /** Declares a program that takes work by itself; what only a service has, such as a port of an API, it does not share. */
  worker(name: string, args: Partial<WorkerArgs> = {}): Worker {
    const {
      images: _images,
      gateway: _gateway,
      port: _port,
      shutdown: _shutdown,
      objectives: _objectives,
      alerts: _alerts,
      team: _team,
      runbooks: _runbooks,
      release: _release,
      noAnalysis: _noAnalysis,
      ...shared
    } = this.#args;
    const { requestsPerSecond: _load, ...scaling } = shared.scaling ?? {};
    return new Worker(name, this.#given(name, { ...shared, scaling }, args), { parent: this });
  }

  /** Declares a program that runs at set times. */
  task(name: string, args: Partial<CronTaskOptions> & Pick<CronTaskOptions, "schedule">): CronTask {
    const { namespace, zones, resources, runtime, environment, telemetry } = this.#args;
    const shared = {
      namespace,
      zones,
      ...(resources && { resources }),
      ...(runtime && { runtime }),
      ...(environment && { environment }),
      ...(telemetry && { telemetry }),
    };
    return new CronTask(name, this.#given(name, shared, args), { parent: this });
  }

  /** What a workload is given by the application, under what it is given itself; of sizes and of environment, each by itself. */
  #given<Shared extends Given, Own extends Given>(name: string, shared: Shared, own: Own) {
    return {
      ...shared,
      image: this.#image(name),
      ...own,
      ...((shared.scaling || own.scaling) && { scaling: { ...shared.scaling, ...own.scaling } }),
      ...((shared.environment || own.environment) && { environment: { ...shared.environment, ...own.environment } }),
    };
  }

  #image(name: string): string {
    const { registry, version } = this.#args.images;
    return `${registry}/${name}:${version}`;
  }
}
