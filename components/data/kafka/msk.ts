import { Policy } from "@pulumi/aws/appautoscaling/policy.js";
import { Target } from "@pulumi/aws/appautoscaling/target.js";
import { Cluster } from "@pulumi/aws/msk/cluster.js";
import { Configuration } from "@pulumi/aws/msk/configuration.js";
import { SingleScramSecretAssociation } from "@pulumi/aws/msk/singleScramSecretAssociation.js";
import type { types } from "@pulumi/kubernetes";
import { Job } from "@pulumi/kubernetes/batch/v1/job.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { checksum } from "../../core/checksum.ts";
import { type Children, keeping } from "../../core/component.ts";
import { labels } from "../../core/labels.ts";
import { serverAccountPlan } from "../../core/server-account.ts";
import type { Transform } from "../../core/transform.ts";
import type { Consumer } from "../../core/usage.ts";
import { IMAGES } from "../../images/catalogue.ts";
import { amazonRoots, authoritiesFor } from "../aws/authorities.ts";
import { watchStore } from "../aws/monitoring/watch.ts";
import { storeAddresses } from "../aws/place.ts";
import { keyOf, logGroupOf, type Surrounded, securityGroupOf } from "../aws/surroundings.ts";
import { userSecret } from "../aws/user-secret.ts";
import { PASSWORD } from "../credential.ts";
import type { Trust } from "../trust.ts";
import { type Access, mskAdminProperties, mskSetupFiles, names } from "./config.ts";
import type { CompleteMsk, MskArgs } from "./msk-args.ts";
import { watched } from "./msk-monitoring.ts";
import {
  ADMIN,
  growthPlan,
  type MskPlan,
  mskPlan,
  mskSetupNetworkPlan,
  SCRAM_PORT,
  userSecretPlan,
} from "./msk-plan.ts";
import { SETUP, setupJobPlan } from "./plan.ts";
import type { Server } from "./server.ts";

/** Tools of this version speak to brokers of any that MSK runs. */
const TOOLS_VERSION = IMAGES.kafka.version;
/** Where a volume's size is, once MSK may change it. */
const SIZE = "brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize";

/** Run by MSK. Users are secrets of Secrets Manager that it reads; topics and rights are made by the same Job as in the cluster. */
export class Msk implements Server {
  readonly endpoint: pulumi.Output<string>;
  readonly peers: Server["peers"];
  readonly ownUsers = [ADMIN];
  readonly setup: readonly [Job];
  readonly #name: string;
  readonly #args: CompleteMsk;
  readonly #children: Children;
  readonly #plan: MskPlan;
  readonly #key: pulumi.Output<string>;
  readonly #cluster: Cluster;

  constructor(
    name: string,
    args: CompleteMsk,
    accesses: pulumi.Output<readonly Access[]>,
    children: Children,
    transform: MskArgs["transform"],
  ) {
    const { aws, retain, growTo } = args;
    const plan = mskPlan(pulumi.getStack(), name, args);
    const { id, tags } = plan;
    this.#name = name;
    this.#args = args;
    this.#children = children;
    this.#plan = plan;
    const surrounded: Surrounded = { name, id, title: `Kafka ${name}`, aws, retain, tags };
    this.#key = keyOf(surrounded, children);
    const securityGroup = securityGroupOf(surrounded, [SCRAM_PORT], children);
    const logs = logGroupOf(surrounded, "log", plan.logGroup, this.#key, children);
    const { arn, latestRevision: revision } = new Configuration(...children.child(name, plan.configuration));
    this.#cluster = new Cluster(
      ...children.child(
        name,
        plan.cluster({ key: this.#key, securityGroup, logGroup: logs.name, configuration: { arn, revision } }),
        transform?.cluster,
        { ...keeping(retain), ...(growTo && { ignoreChanges: [SIZE] }) },
      ),
    );
    if (growTo) {
      const growth = growthPlan(id, this.#cluster.arn, growTo);
      const dependsOn = new Target(...children.child(name, growth.target));
      new Policy(...children.child(name, growth.policy, undefined, { dependsOn }));
    }
    watchStore(surrounded, watched(id), args.runbooks, [this.#cluster], children);
    this.endpoint = this.#cluster.bootstrapBrokersSaslScram;
    this.peers = storeAddresses(aws, SCRAM_PORT);
    this.setup = [this.#setUp(accesses, transform?.setup)];
  }

  usernameOf(consumer: string): string {
    return consumer;
  }

  addUser(name: string, password: pulumi.Output<string>): readonly pulumi.Resource[] {
    const resource = `${this.#name}-${name}`;
    const children = this.#children;
    const args = userSecretPlan(pulumi.getStack(), this.#name, name, this.#key, this.#plan.tags);
    const user = { username: name, password };
    const { secret, version } = userSecret(resource, args, user, children, keeping(this.#args.retain));
    const association = { clusterArn: this.#cluster.arn, secretArn: secret.arn };
    return [
      new SingleScramSecretAssociation(...children.child(resource, association, undefined, { dependsOn: version })),
    ];
  }

  trust(relation: string, consumer: Consumer): Trust {
    const { name, resource } = authoritiesFor(relation, consumer, amazonRoots());
    return { authorities: { configMap: name }, dependsOn: [resource] };
  }

  /** The Job that makes topics and rights; it runs again under another name when any of them changes. */
  #setUp(accesses: pulumi.Output<readonly Access[]>, transform: Transform<types.input.batch.v1.Job> | undefined): Job {
    const { setup, admin, users } = names(this.#name);
    const { aws, rotation } = this.#args;
    const namespace = this.#args.namespace.name;
    const children = this.#children;
    const metadata = (name: string) => ({ name, namespace, labels: labels(this.#name, SETUP) });
    const keepers = { rotation: String(rotation) };
    const { result: password } = new RandomPassword(...children.child(admin, { ...PASSWORD, keepers }));
    const properties = pulumi.secret(password.apply((value) => mskAdminProperties(ADMIN, value)));
    const stringData = { "admin.properties": properties };
    const files = accesses.apply((all) => mskSetupFiles(this.#args, all, amazonRoots()));
    const before = [
      new ConfigMap(...children.child(setup, { metadata: metadata(setup), data: files })),
      new Secret(...children.child(users, { metadata: metadata(users), stringData })),
      new NetworkPolicy(
        ...children.child(setup, { metadata: metadata(setup), spec: mskSetupNetworkPlan(this.#name, aws) }),
      ),
      new ServiceAccount(...children.child(this.#name, serverAccountPlan(this.#name, namespace))),
      ...this.addUser(ADMIN, password),
    ];
    const id = files.apply((all) => checksum({ all, rotation }).slice(0, 8));
    const job = setupJobPlan(this.#name, pulumi.interpolate`${setup}-${id}`, {
      version: TOOLS_VERSION,
      namespace,
      brokers: this.endpoint,
      tls: { name: "tls", configMap: { name: setup, items: [{ key: "ca.crt", path: "ca.crt" }] } },
      env: [{ name: "ADMIN", value: ADMIN }],
    });
    return new Job(...children.child(setup, job, transform, { dependsOn: before }));
  }
}
