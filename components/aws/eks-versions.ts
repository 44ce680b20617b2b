/** Add-ons that every cluster has, as EKS calls them. */
export const ADDONS = [
  "vpc-cni",
  "kube-proxy",
  "eks-pod-identity-agent",
  "coredns",
  "aws-ebs-csi-driver",
  "metrics-server",
] as const;
export type AddonName = (typeof ADDONS)[number];

interface EksRelease {
  /** Until when AWS supports it for the usual price (EKS user guide, "Kubernetes release calendar"). */
  readonly ends: string;
  /** Until when for six times that; then AWS updates the cluster, asked or not. */
  readonly extendedEnds: string;
  /** Version of each add-on that goes with it (`aws eks describe-addon-versions --kubernetes-version …`). */
  readonly addons: Readonly<Record<AddonName, string>>;
}

/** The same for each version of Kubernetes. */
const ADDONS_OF_ALL = {
  "vpc-cni": "v1.22.4-eksbuild.3",
  "eks-pod-identity-agent": "v1.3.10-eksbuild.3",
  "aws-ebs-csi-driver": "v1.63.1-eksbuild.1",
  "metrics-server": "v0.9.0-eksbuild.5",
} as const;

/** Versions of Kubernetes on EKS that can be asked for, each with its add-ons. One more comes with its own; one that has ended goes. */
export const EKS_VERSIONS = {
  "1.35": {
    ends: "2027-03-27",
    extendedEnds: "2028-03-27",
    addons: { ...ADDONS_OF_ALL, coredns: "v1.13.2-eksbuild.21", "kube-proxy": "v1.35.3-eksbuild.21" },
  },
  "1.36": {
    ends: "2027-08-02",
    extendedEnds: "2028-08-02",
    addons: { ...ADDONS_OF_ALL, coredns: "v1.14.3-eksbuild.16", "kube-proxy": "v1.36.0-eksbuild.21" },
  },
} as const satisfies Readonly<Record<string, EksRelease>>;

export type EksVersion = keyof typeof EKS_VERSIONS;

/** The one that the rehearsal runs, too. */
export const DEFAULT_EKS_VERSION: EksVersion = "1.36";

export function isEksVersion(given: unknown): given is EksVersion {
  return typeof given === "string" && Object.hasOwn(EKS_VERSIONS, given);
}

/** Versions of the add-ons of a cluster. */
export function addonsOf(version: EksVersion): Readonly<Record<AddonName, string>> {
  return EKS_VERSIONS[version].addons;
}
