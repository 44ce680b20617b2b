import type { Exemption } from "../../core/exemption.ts";
import type { Rule } from "../../core/rule.ts";
import { RULES } from "../../rules/index.ts";
import type { Report, ReportLine } from "../report.ts";

/** A private key by its looks: no format may show it. */
export const SECRET = "-----BEGIN RSA PRIVATE KEY-----MIIEow";

/** A name that breaks out of whatever does not escape it. */
export const NASTY = `"><script>alert(1)</script>|\`*_[x](y)_*\`&\u001b[31m@team`;

const ruleOf = (id: string): Rule => {
  const rule = RULES.find((one) => one.id === id);
  if (!rule) throw new Error(`there is no rule ${id}`);
  return rule;
};

export const EXEMPTION: Exemption = {
  rule: "image-tag-pinned",
  resource: "Deployment shop/orders",
  owner: "shop team",
  reason: "until the new registry stands",
  ticket: "SHOP-1",
  approver: "platform team",
  granted: "2026-10-01",
  expires: "2026-12-31",
};

const orders = { type: "kubernetes:apps/v1:Deployment", namespace: "shop", name: "orders" };
const at = (file: string, line: number) => ({ file, line });
const passed = (rule: string, object: ReportLine["object"]): ReportLine => ({
  rule,
  verdict: "pass",
  object,
  ...at("shop/orders.yaml", 1),
  path: "",
  actual: "",
  wanted: "",
  related: [],
  fix: "",
});

/** One line of a broken rule, with what a test changes in it. */
export const broken = (change: Partial<ReportLine> = {}): ReportLine => ({
  rule: "replicas-min",
  verdict: "fail",
  object: orders,
  ...at("shop/orders.yaml", 12),
  path: "spec.replicas",
  actual: "1",
  wanted: "at least 2",
  related: ["HorizontalPodAutoscaler shop/orders"],
  fix: "spec.replicas: 2",
  ...change,
});

/** A report in which everything occurs that may occur. */
export const SAMPLE: Report = {
  date: new Date("2026-10-15T12:00:00Z"),
  subject: "shop/*.yaml",
  objects: 7,
  rules: [
    { rule: ruleOf("replicas-min"), level: "mandatory" },
    { rule: ruleOf("pdb-required"), level: "mandatory" },
    { rule: ruleOf("spread-required"), level: "advisory" },
    { rule: ruleOf("image-tag-pinned"), level: "mandatory" },
    { rule: ruleOf("seccomp-required"), level: "remediate" },
    { rule: ruleOf("secret-literal-forbidden"), level: "mandatory" },
    { rule: ruleOf("hpa-target-exists"), level: "advisory" },
  ],
  lines: [
    broken(),
    broken({ object: { ...orders, name: NASTY }, file: "shop/<odd> name.yaml", line: 3, actual: NASTY }),
    passed("pdb-required", orders),
    { ...passed("pdb-required", { ...orders, name: "writer" }), optOut: "one writer by design" },
    broken({
      rule: "spread-required",
      path: "spec.template.spec",
      actual: "free to put all replicas on one node",
      wanted: "a spread whose labelSelector matches spec.template.metadata.labels",
      fix: ruleOf("spread-required").fix,
      related: [],
    }),
    broken({
      rule: "image-tag-pinned",
      path: "spec.template.spec.containers[0].image",
      actual: '"orders"',
      wanted: "a tag",
      fix: "image: orders:1.2.3",
      related: [],
      exemption: EXEMPTION,
    }),
    {
      ...passed("seccomp-required", orders),
      verdict: "unknown",
      path: "spec.template.spec.securityContext",
      wanted: "RuntimeDefault",
      actual: "not known before up",
    },
    broken({
      rule: "secret-literal-forbidden",
      object: { type: "kubernetes:core/v1:ConfigMap", name: "keys" },
      path: "data.key",
      actual: SECRET,
      wanted: "a reference to a Secret",
      fix: `delete ${SECRET}`,
      related: [],
    }),
  ],
  exemptions: [
    { exemption: EXEMPTION, state: "used" },
    { exemption: { ...EXEMPTION, rule: "replicas-min", ticket: "SHOP-2" }, state: "unused" },
    { exemption: { ...EXEMPTION, ticket: "SHOP-3", expires: "2026-10-14" }, state: "expired" },
  ],
};
