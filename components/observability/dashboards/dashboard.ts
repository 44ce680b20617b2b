import type { types } from "@pulumi/kubernetes";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import * as pulumi from "@pulumi/pulumi";
import type { Namespace } from "../../cluster/namespace.ts";
import type { Children } from "../../core/component.ts";
import type { Transform } from "../../core/transform.ts";
import type { DashboardConfigMap } from "./dashboard-plan.ts";

/** Files of dashboards, each a text of JSON by its name. */
type Files = types.input.core.v1.ConfigMap["data"];

/** The dashboards of one namespace, as far as they are declared. */
class Shelf {
  readonly #files: Files[] = [];
  #isRead = false;

  add(files: Files, of: string): void {
    if (this.#isRead)
      throw new Error(
        `the dashboard of "${of}" comes too late to be shown: declare it at the top level of the program, not inside an apply or after an await`,
      );
    this.#files.push(files);
  }

  /** All of them, when the program has run to its end. */
  read(): pulumi.Output<Record<string, string>> {
    const closing = new Promise<readonly Files[]>((resolve) => {
      // The program's modules run in one turn of the event loop; the next turn begins when the last line has run.
      setImmediate(() => {
        this.#isRead = true;
        resolve(this.#files);
      });
    });
    return pulumi.output(closing).apply((all): Record<string, string> => Object.assign({}, ...all));
  }
}

const SHELVES = new WeakMap<Namespace, Shelf>();

function shelfOf(namespace: Namespace): Shelf {
  const shelf = SHELVES.get(namespace) ?? new Shelf();
  SHELVES.set(namespace, shelf);
  return shelf;
}

/**
 * Makes the ConfigMap of a dashboard beside what it shows, where any Grafana finds it by its label, and has it shown by the
 * `Dashboards` that are told of the namespace.
 */
export function showDashboard(
  namespace: Namespace,
  plan: DashboardConfigMap,
  children: Children,
  transform?: Transform<types.input.core.v1.ConfigMap>,
): void {
  const { name } = plan.metadata;
  const child = children.child<types.input.core.v1.ConfigMap>(name, plan, transform);
  new ConfigMap(...child);
  const [, { data }] = child;
  shelfOf(namespace).add(data, name);
}

/** The files of all dashboards that were declared in a namespace, when the program has run to its end. */
export function dashboardsIn(namespace: Namespace): pulumi.Output<Record<string, string>> {
  return shelfOf(namespace).read();
}
