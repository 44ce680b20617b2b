import fc from "fast-check";
import { expect, test } from "vitest";
import { certificatePlan, goDuration } from "./certificate-plan.ts";

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

test("durations are as Go writes them", () => {
  fc.assert(
    fc.property(fc.nat({ max: 10 ** 9 }), (seconds) => {
      const [, h, m, s] = /^(\d+)h(\d+)m(\d+)s$/.exec(goDuration(seconds * 1_000)) ?? [];
      expect(Number(h) * 3_600 + Number(m) * 60 + Number(s)).toBe(seconds);
    }),
  );
});
