import { Transport } from "../../rehearsal/plugins/kubernetes/client/transport.ts";
import { connect } from "../../rehearsal/plugins/kubernetes/kubeconfig/connect.ts";
import { selectContext } from "../../rehearsal/plugins/kubernetes/kubeconfig/kubeconfig.ts";
import { loadKubeconfig } from "../../rehearsal/plugins/kubernetes/kubeconfig/load.ts";
import type { KubeObject } from "../../rehearsal/plugins/kubernetes/object.ts";
import type { TestCluster } from "../../rehearsal/plugins/kubernetes/testing/cluster.ts";

/** The API server judges the object whole, keeps nothing, and refuses a field that the kind's definition does not have. */
const STRICT = "fieldManager=strictness&force=true&dryRun=All&fieldValidation=Strict";

/** What a real API server says against objects. */
export class StrictServer {
  readonly #cluster: TestCluster;
  readonly #transport: Transport;

  constructor(cluster: TestCluster) {
    const { config, source } = loadKubeconfig(cluster.kubeconfig);
    this.#cluster = cluster;
    this.#transport = new Transport(connect(selectContext(config, {}, source)), 60_000);
  }

  /** What it says against each, with its kind and name. */
  async refusals(objects: readonly KubeObject[]): Promise<string[]> {
    const said = await Promise.all(objects.map((object) => this.#refusal(object)));
    return said.flatMap((one) => one ?? []);
  }

  close(): void {
    this.#transport.close();
  }

  async #refusal(object: KubeObject): Promise<string | undefined> {
    const { apiVersion, kind, metadata } = object;
    const path = await this.#cluster.api.collectionPath(apiVersion, kind, metadata.namespace);
    const { status, body } = await this.#transport.request({
      method: "PATCH",
      path: `${path}/${metadata.name}?${STRICT}`,
      contentType: "application/apply-patch+yaml",
      body: JSON.stringify(object),
    });
    if (status < 300) return undefined;
    return `${kind} ${metadata.name}: ${(JSON.parse(body) as { message: string }).message}`;
  }
}
