import { ParameterGroup } from "@pulumi/aws/elasticache/parameterGroup.js";
import { ReplicationGroup } from "@pulumi/aws/elasticache/replicationGroup.js";
import { SubnetGroup } from "@pulumi/aws/elasticache/subnetGroup.js";
import { User, type UserArgs } from "@pulumi/aws/elasticache/user.js";
import { UserGroup } from "@pulumi/aws/elasticache/userGroup.js";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { type Children, keeping } from "../../core/component.ts";
import { refuse } from "../../core/invalid.ts";
import { Ledger } from "../../core/ledger.ts";
import type { Consumer, Grant } from "../../core/usage.ts";
import { accountProblems } from "../account.ts";
import { amazonRoots, authoritiesFor } from "../aws/authorities.ts";
import { watchStore } from "../aws/monitoring/watch.ts";
import { storeAddresses } from "../aws/place.ts";
import { finalSnapshotOf, keyOf, logGroupOf, type Surrounded, securityGroupOf } from "../aws/surroundings.ts";
import { credential, PASSWORD } from "../credential.ts";
import { keyPrefix, PORT } from "./config.ts";
import type { CompleteElastiCache, ElastiCacheArgs } from "./elasticache-args.ts";
import { watched } from "./elasticache-monitoring.ts";
import { defaultUserPlan, ENGINE, elastiCachePlan, userPlan } from "./elasticache-plan.ts";
import type { Server } from "./server.ts";

/** A consumer's user in AWS. */
interface Member {
  readonly consumer: string;
  readonly userId: pulumi.Output<string>;
}

/** Run by ElastiCache: it replaces a lost primary by a replica, and the primary's name leads to the new one. */
export class ElastiCache implements Server {
  readonly endpoint: pulumi.Output<string>;
  readonly #name: string;
  readonly #args: CompleteElastiCache;
  readonly #children: Children;
  readonly #tags: Record<string, string>;
  readonly #members: Ledger<Member>;
  readonly #group: ReplicationGroup;

  constructor(name: string, args: CompleteElastiCache & Pick<ElastiCacheArgs, "transform">, children: Children) {
    const { aws, retain, transform } = args;
    const plan = elastiCachePlan(pulumi.getStack(), name, args);
    const { id, tags } = plan;
    this.#name = name;
    this.#args = args;
    this.#children = children;
    this.#tags = tags;
    this.#members = new Ledger(`Redis "${name}"`);
    const surrounded: Surrounded = { name, id, title: `Redis ${name}`, aws, retain, tags };
    const key = keyOf(surrounded, children);
    const securityGroup = securityGroupOf(surrounded, [PORT], children);
    const logs = plan.logGroups.map(({ type, path }) => logGroupOf(surrounded, type, path, key, children));
    const { name: subnetGroupName } = new SubnetGroup(...children.child(name, plan.subnetGroup));
    const { name: parameterGroupName } = new ParameterGroup(...children.child(name, plan.parameterGroup));
    this.#group = new ReplicationGroup(
      ...children.child(
        name,
        {
          ...plan.replicationGroup,
          kmsKeyId: key,
          subnetGroupName,
          parameterGroupName,
          securityGroupIds: [securityGroup],
          ...(plan.saved && retain && { finalSnapshotIdentifier: finalSnapshotOf(surrounded, children) }),
          userGroupIds: [this.#userGroup(id).userGroupId],
        },
        transform?.replicationGroup,
        { ...keeping(retain), dependsOn: logs },
      ),
    );
    watchStore(surrounded, watched(id, args), args.runbooks, [this.#group], children);
    this.endpoint = pulumi.interpolate`${this.#group.primaryEndpointAddress}:${PORT}`;
  }

  grant(consumer: Consumer): Grant {
    const { aws, rotation } = this.#args;
    const { name: username } = consumer;
    const name = `${this.#name}-${username}`;
    const taken = this.#members.written.map((member) => member.consumer);
    refuse(`Redis "${this.#name}"`, accountProblems(consumer, taken, ["default"]));
    const { password, files, secret } = credential({ name, username, consumer, rotation });
    const { userId } = this.#user(name, userPlan(pulumi.getStack(), this.#name, username), password);
    this.#members.add({ consumer: username, userId });
    const authorities = authoritiesFor(name, consumer, amazonRoots());
    return {
      environment: {
        HOST: this.#group.primaryEndpointAddress,
        PORT: String(PORT),
        KEY_PREFIX: keyPrefix(username),
      },
      files,
      authorities: { configMap: authorities.name },
      peers: storeAddresses(aws, PORT),
      dependsOn: [this.#group, secret, authorities.resource],
      revision: String(rotation),
    };
  }

  /** Who may log in: the declared consumers, and a default user who may do nothing. */
  #userGroup(id: string): UserGroup {
    const name = `${this.#name}-default`;
    const keepers = { rotation: String(this.#args.rotation) };
    const { result } = new RandomPassword(...this.#children.child(name, { ...PASSWORD, keepers }));
    const nobody = this.#user(name, defaultUserPlan(pulumi.getStack(), this.#name), result);
    const userIds = pulumi
      .all([nobody.userId, this.#members.entries])
      .apply(([first, members]) => [first, ...members.map(({ userId }) => userId)].sort());
    const args = { userGroupId: id, engine: ENGINE, userIds, tags: this.#tags };
    return new UserGroup(...this.#children.child(this.#name, args));
  }

  #user(name: string, plan: Omit<UserArgs, "authenticationMode">, password: pulumi.Output<string>): User {
    const authenticationMode = { type: "password", passwords: [pulumi.secret(password)] };
    return new User(...this.#children.child(name, { ...plan, authenticationMode, tags: this.#tags }));
  }
}
