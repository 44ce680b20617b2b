import type { VersionRange } from "./semver.ts";

/**
 * The one table of what the rehearsal needs and what it builds; the doctor and the documentation read it. The pinned
 * modules (`modules/*` and the cluster's) must agree with it: a test holds that.
 */
export const VERSIONS = {
  /** Runs TypeScript by itself from 22.18 on: https://nodejs.org/api/typescript.html */
  node: { from: "22.18.0" },
  /** What k8s.io/kubernetes 1.36 asks for in its go.mod. */
  go: { from: "1.26.0" },
  /** Never older than the SDK that the program runs on: the SDK may ask for what only its own engine has. */
  pulumi: { from: "3.259.0", below: "4.0.0" },
  /** One minor from the API server's, either way: https://kubernetes.io/releases/version-skew-policy/#kubectl */
  kubectl: { from: "1.35.0", below: "1.38.0" },
} as const satisfies Record<string, VersionRange>;

/** What is built where the machine has nothing that serves. */
export const BUILT = {
  pulumi: "3.259.0",
  kubernetes: "1.36.3",
} as const;

/** A Go release to install, named in messages; any that lies in `VERSIONS.go` serves. */
export const GO_RELEASE = "1.26.8";

/** Measured: module cache, build cache, tools and one cluster's data take 9 GB of disk; linking Kubernetes takes 2 GB of memory. */
export const ROOM = { diskBytes: 10e9, memoryBytes: 3e9 } as const;

/** Modules that carry operators' CustomResourceDefinitions, and the folder of each that holds them. */
export const CRD_MODULES = [
  { name: "cert-manager", module: "github.com/cert-manager/cert-manager", folder: "deploy/crds" },
  { name: "cloudnative-pg", module: "github.com/cloudnative-pg/cloudnative-pg", folder: "config/crd/bases" },
  { name: "plugin-barman-cloud", module: "github.com/cloudnative-pg/plugin-barman-cloud", folder: "config/crd/bases" },
  { name: "gateway-api", module: "sigs.k8s.io/gateway-api", folder: "config/crd/standard" },
  {
    name: "prometheus-operator",
    module: "github.com/prometheus-operator/prometheus-operator",
    folder: "example/prometheus-operator-crd",
  },
  { name: "rabbitmq", module: "github.com/rabbitmq/cluster-operator/v2", folder: "config/crd/bases" },
] as const;
