import { expect, test } from "vitest";
import { isSecret, record } from "../testing/record.ts";
import { Cluster } from "./cluster.ts";

/** What Envoy Gateway 1.5.0's `certgen` makes (internal/provider/kubernetes/secrets.go): a hook of its chart, which Pulumi does not run. */
const MADE_BY_HOOK = ["envoy", "envoy-gateway", "envoy-oidc-hmac", "envoy-rate-limit"];

test("a cluster has every Secret that the chart of Envoy Gateway leaves to its hook", async () => {
  const { resources, inputsOf } = await record("test", () => {
    new Cluster("cluster", { context: "tests", operators: "installed" });
  });
  const here = resources.filter(({ inputs }) => inputs?.metadata?.namespace === "envoy-gateway-system");
  const certified = here.filter(({ type, inputs }) => type.endsWith(":Certificate") && !inputs.spec.isCA);
  expect([...certified.map(({ inputs }) => inputs.spec.secretName), "envoy-oidc-hmac"].sort()).toEqual(MADE_BY_HOOK);
  const { stringData } = inputsOf(":Secret", "envoy-oidc-hmac");
  expect(Object.keys(isSecret(stringData) ? stringData.value : stringData)).toEqual(["hmac-secret"]);
  expect(isSecret(stringData) || isSecret(stringData["hmac-secret"])).toBe(true);
});
