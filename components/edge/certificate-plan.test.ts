import { expect, test } from "vitest";
import { certificatePlan } from "./certificate-plan.ts";

const issuer = { group: "cert-manager.io", kind: "ClusterIssuer", name: "internal" } as const;

test("a certificate is renewed when a third of its life is left, and its key with it", () => {
  const { spec } = certificatePlan({
    name: "orders",
    namespace: "shop",
    issuer,
    dnsNames: ["orders.shop.svc"],
    duration: "90d",
  });
  expect(spec).toMatchObject({
    secretName: "orders-tls",
    duration: "2160h0m0s",
    renewBefore: "720h0m0s",
    privateKey: { rotationPolicy: "Always" },
  });
});
