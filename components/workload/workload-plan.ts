import type { types } from "@pulumi/kubernetes";
import type { Duration } from "../core/duration.ts";
import { labels, selector } from "../core/labels.ts";
import { reach, reachApiServer } from "../core/network.ts";
import type { Destination } from "../core/usage.ts";
import type { CertificateManifest } from "../edge/cert-manager.ts";
import { certificatePlan } from "../edge/certificate-plan.ts";
import { profilesPeers } from "./profiles.ts";
import { identityName, type RelationsPlan } from "./relations.ts";
import { type Rights, rightsAnnotations } from "./rights.ts";
import { telemetryPeers } from "./telemetry.ts";
import type { CompleteWorkload } from "./workload-args.ts";

/** Lifetime of the certificate that a workload shows. */
const IDENTITY_LIFETIME: Duration = "30d";

/** What the pods of a workload run as, whatever makes them. */
export interface AccountPlan {
  readonly serviceAccount: types.input.core.v1.ServiceAccount;
  /** A certificate for each authority that signs for what it uses. */
  readonly identities: readonly CertificateManifest[];
  readonly role: types.input.rbac.v1.Role | undefined;
  readonly roleBinding: types.input.rbac.v1.RoleBinding | undefined;
}

/** The account of a workload, its certificates, and its rights if it has any. */
export function accountPlan(
  name: string,
  namespace: string,
  { issuers }: Pick<RelationsPlan, "issuers">,
  rights: Rights | undefined,
): AccountPlan {
  const metadata = { name, namespace, labels: labels(name), annotations: rightsAnnotations(rights) };
  return {
    serviceAccount: { metadata, automountServiceAccountToken: false },
    identities: issuers.map(({ ref: issuer }) =>
      certificatePlan({
        name: identityName(name, issuer),
        namespace,
        issuer,
        dnsNames: [name, `${name}.${namespace}.svc`],
        duration: IDENTITY_LIFETIME,
        usages: ["client auth", "server auth"],
      }),
    ),
    role: rights && { metadata, rules: rights.rules.map(copy) },
    roleBinding: rights && {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
  };
}

/** Who may come in to a workload, and where it may send: to what it uses, to a collector, to what keeps profiles, and to the API server if it has rights there. */
export function networkPlan(
  name: string,
  ingress: types.input.networking.v1.NetworkPolicyIngressRule[],
  peers: readonly Destination[],
  { rights, telemetry, profiles }: Pick<CompleteWorkload, "rights" | "telemetry" | "profiles">,
): types.input.networking.v1.NetworkPolicySpec {
  return {
    podSelector: { matchLabels: selector(name) },
    policyTypes: ["Ingress", "Egress"],
    ingress,
    egress: [
      ...reach([...peers, ...telemetryPeers(telemetry), ...profilesPeers(profiles)]),
      ...(rights === undefined ? [] : [reachApiServer()]),
    ],
  };
}

function copy({ apiGroups, resources, resourceNames, verbs }: Rights["rules"][number]) {
  return {
    apiGroups: [...apiGroups],
    resources: [...resources],
    ...(resourceNames && { resourceNames: [...resourceNames] }),
    verbs: [...verbs],
  };
}
