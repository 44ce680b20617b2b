import type { Problem } from "../core/invalid.ts";
import { isDnsLabel, nameProblems } from "../core/names.ts";
import { isOptOut } from "../core/opt-out.ts";
import { type Shapes, shapeProblems } from "../core/shape.ts";
import { zoneProblems } from "../core/zones.ts";
import { accountProblems, isZoneOf, logDaysProblems } from "../data/aws/place.ts";
import { blockOf, canJoin, overlaps, rangeProblems } from "./cidr.ts";
import { GATEWAY_SERVICES, INTERFACE_SERVICES, isAction } from "./endpoints.ts";
import { type CompleteNetwork, flowLogDays } from "./network-args.ts";
import { isMisfit, planSubnets } from "./subnet-plan.ts";

const LEAST_ZONES = 3;
const LONGEST_TIER = 16;
/** Endpoints, NAT and a load balancer of eight addresses need this much of a public subnet, and EKS four of a private one. */
const LEAST_NETWORK = 24;
const REACHES = ["public", "private", "isolated"];

const ROLE = /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/;
/** A name of S3 (user guide, "Bucket naming rules"). */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

const SHAPES: Shapes = {
  account: "an object",
  zones: "a list of texts",
  tiers: "a list of objects",
  peers: "an object",
  endpoints: "a list of texts",
  endpointActions: "an object",
  "endpointActions.*": "a list of texts",
  deployerArns: "a list of texts",
  imageBuckets: "a list of texts",
  flowLogs: "an object",
};

/** Everything that is wrong with a network's arguments. */
export function networkProblems(name: string, args: CompleteNetwork): Problem[] {
  const misshapen = shapeProblems(args, SHAPES);
  if (misshapen.length > 0) return misshapen;
  const problems = [
    ...nameProblems("name", name),
    ...accountProblems("account", args.account),
    ...rangeProblems("cidr", args.cidr, { most: 16, least: LEAST_NETWORK }),
    ...(args.pods === undefined ? [] : rangeProblems("pods", args.pods, { most: 16, least: 24, shared: true })),
    // What EKS takes for Services.
    ...rangeProblems("services", args.services, { most: 12, least: 24 }),
    ...Object.entries(args.peers).flatMap(([peer, range]) =>
      rangeProblems(`peers.${peer}`, range, { most: 8, least: 32, shared: true }),
    ),
    ...zonesProblems(args),
    ...tierProblems(args),
    ...natProblems(args),
    ...endpointProblems(args),
    ...flowLogProblems(args),
  ];
  return problems.length > 0 ? problems : [...podsProblems(args), ...overlapProblems(args), ...sizeProblems(args)];
}

/** AWS refuses a further range of another of RFC 1918's three than the first. */
function podsProblems({ cidr, pods }: CompleteNetwork): Problem[] {
  if (pods === undefined || canJoin(cidr, pods)) return [];
  const allowed = `a range of 100.64.0.0/10, or of the same private addresses as ${cidr}: AWS joins no others`;
  return [{ field: "pods", given: pods, allowed }];
}

function zonesProblems({ zones, zoneSlots, account }: CompleteNetwork): Problem[] {
  const problems = zoneProblems(zones);
  if (![4, 8].includes(zoneSlots)) problems.push({ field: "zoneSlots", given: zoneSlots, allowed: "4 or 8" });
  if (zones.length < LEAST_ZONES) problems.push({ field: "zones", given: zones, allowed: "three zones or more" });
  if (zones.length > zoneSlots)
    problems.push({
      field: "zones",
      given: zones,
      allowed: `at most ${zoneSlots} zones, for which it is divided (zoneSlots)`,
    });
  for (const [index, zone] of zones.entries())
    if (!isZoneOf(zone, account.region))
      problems.push({
        field: `zones[${index}]`,
        given: zone,
        allowed: `a zone of the region ${account.region}: "${account.region}a"`,
      });
  return problems;
}

function tierProblems({ tiers, nat }: CompleteNetwork): Problem[] {
  const problems: Problem[] = [];
  const names = tiers.map(({ name }) => name);
  for (const [index, { name, reach }] of tiers.entries()) {
    const field = `tiers[${index}]`;
    if (!isDnsLabel(name, LONGEST_TIER))
      problems.push({
        field: `${field}.name`,
        given: name,
        allowed: `a DNS label of at most ${LONGEST_TIER} characters`,
      });
    else if (names.indexOf(name) !== index)
      problems.push({ field: `${field}.name`, given: name, allowed: "each name once" });
    else if (name === "pods")
      problems.push({
        field: `${field}.name`,
        given: name,
        allowed: "another name: pods is that of the range for pods",
      });
    if (!REACHES.includes(reach)) problems.push({ field: `${field}.reach`, given: reach, allowed: REACHES.join(", ") });
  }
  const has = (reach: string) => tiers.some((tier) => tier.reach === reach);
  if (!has("private")) problems.push({ field: "tiers", given: names, allowed: "a private one at least, for nodes" });
  if (!has("public") && (nat === "perZone" || nat?.gateways === "one"))
    problems.push({ field: "tiers", given: names, allowed: "a public one at least, where NAT stands" });
  return problems;
}

function natProblems({ nat }: CompleteNetwork): Problem[] {
  if (nat === "perZone") return [];
  const allowed = '"perZone", or { gateways: "one" | "none", reduced: optOut("<why fewer than zones are enough>") }';
  const isFine = nat !== null && ["one", "none"].includes(nat?.gateways) && isOptOut(nat.reduced);
  return isFine ? [] : [{ field: "nat", given: nat, allowed }];
}

function endpointProblems({
  account,
  endpoints,
  endpointActions,
  deployerArns,
  imageBuckets,
}: CompleteNetwork): Problem[] {
  const problems: Problem[] = [];
  for (const [index, service] of endpoints.entries()) {
    const field = `endpoints[${index}]`;
    if (!INTERFACE_SERVICES.includes(service))
      problems.push({ field, given: service, allowed: INTERFACE_SERVICES.join(", ") });
    else if (endpoints.indexOf(service) !== index)
      problems.push({ field, given: service, allowed: "each service once" });
  }
  const known = [...GATEWAY_SERVICES, ...endpoints];
  for (const [service, actions] of Object.entries(endpointActions)) {
    if (!known.some((one) => one === service))
      problems.push({ field: `endpointActions.${service}`, given: service, allowed: `one of ${known.join(", ")}` });
    for (const [index, action] of actions.entries())
      if (!isAction(action))
        problems.push({
          field: `endpointActions.${service}[${index}]`,
          given: action,
          allowed: 'an action by its whole name, such as "sts:GetFederationToken": no "*"',
        });
  }
  for (const [index, given] of deployerArns.entries())
    if (!ROLE.test(given) || given.split(":")[4] !== account.accountId)
      problems.push({
        field: `deployerArns[${index}]`,
        given,
        allowed: `the ARN of a role of the account, "arn:aws:iam::${account.accountId}:role/deploy": no session, no "*"`,
      });
  for (const [index, bucket] of imageBuckets.entries())
    if (!BUCKET.test(bucket))
      problems.push({
        field: `imageBuckets[${index}]`,
        given: bucket,
        allowed: 'the name of a bucket, such as "prod-registry-k8s-io-eu-central-1": no ARN, no "*"',
      });
  return problems;
}

function flowLogProblems({ flowLogs }: CompleteNetwork): Problem[] {
  const places = { cloudwatch: "kmsKeyArn", s3: "bucketArn" };
  const needed = places[flowLogs.to];
  if (needed === undefined)
    return [{ field: "flowLogs.to", given: flowLogs.to, allowed: Object.keys(places).join(", ") }];
  const given = (flowLogs as unknown as Record<string, unknown>)[needed];
  const problems: Problem[] = given ? [] : [{ field: `flowLogs.${needed}`, given, allowed: "an ARN" }];
  return [...problems, ...logDaysProblems("flowLogs.days", flowLogDays(flowLogs))];
}

/** Ranges that must be told apart by whoever routes: the network's, the pods', the Services' and its peers'. */
function overlapProblems({ cidr, pods, services, peers }: CompleteNetwork): Problem[] {
  const ranges = [
    { field: "cidr", range: cidr },
    ...(pods === undefined ? [] : [{ field: "pods", range: pods }]),
    { field: "services", range: services },
    ...Object.entries(peers).map(([peer, range]) => ({ field: `peers.${peer}`, range })),
  ];
  const own = ranges.filter(({ field }) => !field.startsWith("peers."));
  return ranges.flatMap(({ field, range }, index) =>
    own
      .slice(0, index)
      .filter((other) => meet(range, other.range))
      .map((other) => ({
        field,
        given: range,
        allowed: `a range that does not overlap with ${other.field}, ${other.range}`,
      })),
  );
}

function meet(one: string, other: string): boolean {
  const [a, b] = [blockOf(one), blockOf(other)];
  return a !== undefined && b !== undefined && overlaps(a, b);
}

function sizeProblems(args: CompleteNetwork): Problem[] {
  const plan = planSubnets(args);
  if (!isMisfit(plan)) return [];
  const { tier, largest } = plan;
  const given = args.tiers[tier];
  const part = `a zone's part of ${args.cidr} (one of ${args.zoneSlots})`;
  const none = `fewer or smaller tiers before it: ${part} has no room left for a /28, the smallest subnet of AWS`;
  const some = `a prefix from ${largest} to 28`;
  if (given?.prefix === undefined) {
    const allowed = largest === undefined ? none : `${some} of its own: half of what is left of ${part} is no subnet`;
    return [{ field: `tiers[${tier}]`, given: given?.name, allowed }];
  }
  const allowed =
    largest === undefined ? none : `${some}: no more is left of ${part}, and no tier is larger than the one before it`;
  return [{ field: `tiers[${tier}].prefix`, given: given.prefix, allowed }];
}
