import { readFileSync } from "node:fs";
import type { Namespace } from "../components/cluster/index.ts";
import { RequestValidation } from "../components/edge/index.ts";
import type { Ground } from "./ground.ts";

/** Judges requests of the services that have an OpenAPI document, where the environment has what judges. As many replicas as of a service. */
export function makeRequestValidation(
  { environment, on, placed }: Ground,
  namespace: Namespace,
): RequestValidation | undefined {
  const { requestValidation, services } = environment;
  if (requestValidation === undefined) return undefined;
  const { min, max, cpu } = services.scaling;
  const openapi = readFileSync(new URL("../apps/orders/openapi.yaml", import.meta.url), "utf8");
  return new RequestValidation(
    "request-validation",
    {
      namespace,
      image: requestValidation.image,
      ...placed,
      scaling: { min, max, cpu },
      ...(services.replication && { replication: services.replication }),
      // What the service itself takes at most.
      documents: { orders: { openapi, maxBody: "64Ki" } },
    },
    on,
  );
}
