import type { Problem } from "../core/invalid.ts";
import { isDnsLabel, nameProblems } from "../core/names.ts";
import { isOptOut } from "../core/opt-out.ts";
import { type Shapes, shapeProblems } from "../core/shape.ts";
import { isWhole, wholeProblems } from "../core/whole.ts";
import { logDaysProblems } from "../data/aws/place.ts";
import { GROUP, isGroup } from "../security/access-plan.ts";
import { blockOf } from "./cidr.ts";
import { type CompleteEks, completePool, DEPLOYER, type NodePool } from "./eks-args.ts";
import { architectureOf } from "./eks-nodes-plan.ts";
import { ADDONS, EKS_VERSIONS, isEksVersion } from "./eks-versions.ts";

const SHAPES: Shapes = {
  nodes: "an object of objects, by name",
  "nodes.*.instanceTypes": "a list of texts",
  "nodes.*.labels?": "an object",
  "nodes.*.taints?": "a list of objects",
  people: "an object of objects, by name",
  "people.*.groups": "a list of texts",
  addonVersions: "an object",
};

const LONGEST_POOL = 16;
/** Larger than a group of EKS can be (its quota is 450 nodes). */
const MOST_NODES = 450;
/** What EBS takes for gp3, and the least that images of a node need. */
const DISK = { least: 20, most: 16_384 };
const PRINCIPAL = /^arn:aws:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/;
/** A block as large as this is no office. */
const WIDEST = 16;
/** What Kubernetes, EKS and Bottlerocket say of nodes themselves. */
const RESERVED = /^([\w.-]+\.)?(kubernetes\.io|k8s\.io|amazonaws\.com|bottlerocket\.aws)\//;
const LABEL = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;
const VALUE = /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/;
const EFFECTS = ["NoSchedule", "NoExecute", "PreferNoSchedule"];

/** Everything that is wrong with a cluster's arguments. */
export function eksProblems(name: string, args: CompleteEks): Problem[] {
  const misshapen = shapeProblems(args, SHAPES);
  if (misshapen.length > 0) return misshapen;
  const { version, nodes, support, addonVersions, logDays } = args;
  const problems = [
    ...nameProblems("name", name),
    ...logDaysProblems("logDays", logDays),
    ...endpointProblems(args),
    ...peopleProblems(args),
    ...Object.entries(nodes).flatMap(([pool, one]) => poolProblems(pool, one)),
  ];
  if (!isEksVersion(version))
    problems.push({ field: "version", given: version, allowed: Object.keys(EKS_VERSIONS).join(", ") });
  if (!["standard", "extended"].includes(support))
    problems.push({ field: "support", given: support, allowed: '"standard" or "extended"' });
  if (!Object.values(nodes).some(({ taints = [] }) => taints.every(({ effect }) => effect === "PreferNoSchedule")))
    problems.push({
      field: "nodes",
      given: Object.keys(nodes),
      allowed: "one pool at least without taints, for the cluster's own pods",
    });
  for (const [addon, given] of Object.entries(addonVersions)) {
    const field = `addonVersions.${addon}`;
    if (!ADDONS.some((known) => known === addon)) problems.push({ field, given: addon, allowed: ADDONS.join(", ") });
    else if (!/^v\d+\.\d+\.\d+-eksbuild\.\d+$/.test(given))
      problems.push({ field, given, allowed: 'a version as EKS calls it: "v1.22.4-eksbuild.3"' });
  }
  return problems;
}

function endpointProblems({ endpoint }: CompleteEks): Problem[] {
  if (endpoint === "private") return [];
  const allowed = '"private", or { publicCidrs: ["203.0.113.0/24"], reachable: optOut("<why from outside>") }';
  if (!Array.isArray(endpoint?.publicCidrs) || endpoint.publicCidrs.length === 0 || !isOptOut(endpoint.reachable))
    return [{ field: "endpoint", given: endpoint, allowed }];
  return endpoint.publicCidrs.flatMap((given, index) => {
    const block = blockOf(given);
    if (block !== undefined && block.prefix >= WIDEST) return [];
    return [
      {
        field: `endpoint.publicCidrs[${index}]`,
        given,
        allowed: `a block of at most /${WIDEST}, such as "203.0.113.0/24"`,
      },
    ];
  });
}

const ROLE_OR_USER = "the ARN of a role or user of IAM, not of a session (sts)";

/** Who comes in, the one who deploys among them. An ARN that is known only later is not looked at. */
function peopleProblems({ people, deployerArn }: CompleteEks): Problem[] {
  const problems = principalProblems("deployerArn", deployerArn, []);
  const seen: unknown[] = [deployerArn];
  for (const [who, { principalArn, groups }] of Object.entries(people)) {
    const at = `people.${who}`;
    if (!isDnsLabel(who)) problems.push({ field: at, given: who, allowed: "a DNS label as the name" });
    if (who === DEPLOYER)
      problems.push({ field: at, given: who, allowed: "another name: that is the one who deploys" });
    problems.push(...principalProblems(`${at}.principalArn`, principalArn, seen));
    seen.push(principalArn);
    if (groups.length === 0)
      problems.push({ field: `${at}.groups`, given: groups, allowed: "a group at least: else they may do nothing" });
    for (const [index, group] of groups.entries())
      if (!isGroup(group)) problems.push({ field: `${at}.groups[${index}]`, given: group, allowed: GROUP });
  }
  return problems;
}

function principalProblems(field: string, given: unknown, seen: readonly unknown[]): Problem[] {
  if (typeof given === "object" && given !== null) return [];
  if (typeof given !== "string" || !PRINCIPAL.test(given)) return [{ field, given, allowed: ROLE_OR_USER }];
  return seen.includes(given) ? [{ field, given, allowed: "each principal once: EKS takes one entry" }] : [];
}

function poolProblems(name: string, pool: NodePool): Problem[] {
  const { instanceTypes, minPerZone, maxPerZone, diskGib, maxUnavailable, labels, taints, release } =
    completePool(pool);
  const at = `nodes.${name}`;
  const problems: Problem[] = [
    ...wholeProblems(`${at}.minPerZone`, minPerZone, 1, MOST_NODES),
    ...wholeProblems(`${at}.maxPerZone`, maxPerZone, isWhole(minPerZone, 1, MOST_NODES) ? minPerZone : 1, MOST_NODES),
    ...wholeProblems(`${at}.diskGib`, diskGib, DISK.least, DISK.most),
    ...wholeProblems(`${at}.maxUnavailable`, maxUnavailable, 1, 100),
    ...instanceProblems(`${at}.instanceTypes`, instanceTypes),
  ];
  if (!isDnsLabel(name, LONGEST_POOL))
    problems.push({ field: at, given: name, allowed: `a DNS label of at most ${LONGEST_POOL} characters as the name` });
  if (release !== undefined && !/^\d+\.\d+\.\d+-[0-9a-f]{8}$/.test(release))
    problems.push({ field: `${at}.release`, given: release, allowed: 'a release of Bottlerocket: "1.64.0-11ae1e57"' });
  for (const [key, value] of Object.entries(labels)) problems.push(...labelProblems(`${at}.labels.${key}`, key, value));
  for (const [index, { key, value = "", effect }] of taints.entries()) {
    problems.push(...labelProblems(`${at}.taints[${index}]`, key, value));
    if (!EFFECTS.includes(effect))
      problems.push({ field: `${at}.taints[${index}].effect`, given: effect, allowed: EFFECTS.join(", ") });
  }
  return problems;
}

function labelProblems(field: string, key: string, value: string): Problem[] {
  if (RESERVED.test(key))
    return [{ field, given: key, allowed: "a name that is not Kubernetes' or AWS' own, such as shop.example.com/gpu" }];
  if (LABEL.test(key) && VALUE.test(value)) return [];
  return [
    { field, given: { [key]: value }, allowed: "a name and a value as labels have them: letters, digits, and -_." },
  ];
}

function instanceProblems(field: string, types: readonly string[]): Problem[] {
  if (types.length === 0)
    return [{ field, given: types, allowed: 'a type of machines at least, such as "m8g.xlarge"' }];
  const first = architectureOf(types[0] ?? "");
  return types.flatMap((given, index) => {
    const own = architectureOf(given);
    if (own === undefined)
      return [{ field: `${field}[${index}]`, given, allowed: 'a type of machines such as "m8g.xlarge"' }];
    if (first !== undefined && own !== first)
      return [
        { field: `${field}[${index}]`, given, allowed: `a type of ${first}, as the first: a group has one image` },
      ];
    return [];
  });
}
