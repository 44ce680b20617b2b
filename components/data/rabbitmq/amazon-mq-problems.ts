import type { Problem } from "../../core/invalid.ts";
import { instanceClassProblems } from "../aws/instance-class.ts";
import { awsStoreProblems } from "../aws/store.ts";
import { unkeptProblems } from "../declared.ts";
import type { CompleteAmazonMq } from "./amazon-mq-args.ts";
import { queuesProblems, roomOf } from "./problems.ts";

/**
 * The disk of each node, in GB, by its machine. Amazon MQ can give more of it, which its provider for Pulumi cannot ask for yet (Amazon MQ
 * developer guide, "Configurable storage best practices").
 */
const DISKS: Readonly<Record<string, number>> = {
  "mq.m7g.medium": 5,
  "mq.m7g.large": 15,
  "mq.m7g.xlarge": 25,
  "mq.m7g.2xlarge": 45,
  "mq.m7g.4xlarge": 90,
  "mq.m7g.8xlarge": 175,
  "mq.m7g.12xlarge": 260,
  "mq.m7g.16xlarge": 345,
};
const GB = 1e9;
/**
 * Amazon MQ has 3.13, too, which knows no delivery without a limit, and no 4.0 or 4.1. Version 4 runs on m7g alone (Amazon MQ developer
 * guide, "Managing Amazon MQ for RabbitMQ engine versions").
 */
const VERSION = /^4\.([2-9]|[1-9]\d+)$/;

/** Everything that is wrong with an Amazon MQ's arguments. */
export function amazonMqProblems(name: string, args: CompleteAmazonMq): Problem[] {
  const { instanceType, version, queues, backlog, backup, objectives } = args;
  const ofMachines = instanceClassProblems("instanceType", instanceType, "mq");
  const ofQueues = queuesProblems(queues);
  const problems = [
    ...awsStoreProblems(name, args, {
      nodes: "nothing: Amazon MQ has three, or one if replication is stepped down from",
      storage: "nothing: instanceType decides of the disk",
    }),
    ...unkeptProblems(backup, objectives),
    ...ofMachines,
    ...ofQueues,
  ];
  if (!VERSION.test(version))
    problems.push({ field: "version", given: version, allowed: '"4.2" or a later 4.x, as Amazon MQ calls it' });
  if (!Number.isInteger(backlog) || backlog < 1)
    problems.push({ field: "backlog", given: backlog, allowed: "a whole number of at least 1" });
  if (ofMachines.length === 0 && ofQueues.length === 0) problems.push(...diskProblems(args));
  return problems;
}

/** A problem if a machine is not to be had, or if the queues, all full at once, would fill its disk. */
function diskProblems({ instanceType, queues }: CompleteAmazonMq): Problem[] {
  const field = "instanceType";
  const disk = DISKS[instanceType];
  if (disk === undefined) return [{ field, given: instanceType, allowed: Object.keys(DISKS).join(", ") }];
  const { least, why } = roomOf(queues);
  if (disk * GB >= least) return [];
  const fits = Object.entries(DISKS).find(([, size]) => size * GB >= least);
  const allowed = fits ? `${fits[0]} or larger: ${why}` : `queues that fit the largest disk, 345 GB: ${why}`;
  return [{ field, given: `${instanceType}, whose disk has ${disk} GB`, allowed }];
}
