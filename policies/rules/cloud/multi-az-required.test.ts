import { expect, test } from "vitest";
import { broken } from "../../core/aws-settings.ts";
import { StackObject } from "../../core/stack-object.ts";
import { MULTI_AZ } from "./multi-az-required.ts";

/** A resource of AWS, and where in it something is wrong. */
type Case = readonly [type: string, props: Record<string, unknown>, wrong: readonly string[]];

const CASES: readonly Case[] = [
  ["aws:fsx/ontapFileSystem:OntapFileSystem", { deploymentType: "MULTI_AZ_1" }, []],
  ["aws:fsx/ontapFileSystem:OntapFileSystem", { deploymentType: "SINGLE_AZ_1" }, ["deploymentType"]],
  ["aws:fsx/ontapFileSystem:OntapFileSystem", {}, ["deploymentType"]],
  ["aws:autoscaling/group:Group", { availabilityZones: ["a", "b"] }, []],
  ["aws:autoscaling/group:Group", { availabilityZones: ["a"] }, ["availabilityZones"]],
  ["aws:elasticache/cluster:Cluster", { numCacheNodes: 2, azMode: "single-az" }, ["azMode"]],
  ["aws:elasticache/cluster:Cluster", { numCacheNodes: 2, azMode: "cross-az" }, []],
  ["aws:elasticache/cluster:Cluster", { numCacheNodes: 1 }, []],
  ["aws:mq/broker:Broker", { deploymentMode: "ACTIVE_STANDBY_MULTI_AZ" }, []],
  ["aws:mq/broker:Broker", { deploymentMode: "CLUSTER_MULTI_AZ" }, []],
  ["aws:mq/broker:Broker", {}, ["deploymentMode"]],
];

test.each(CASES)("in how many zones: %s %j", (type, props, wrong) => {
  const object = new StackObject({ type, name: "a", props });
  expect(Array.from(broken(MULTI_AZ, object), ({ path }) => path)).toEqual(wrong);
});
