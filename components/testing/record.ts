import * as pulumi from "@pulumi/pulumi";

/** A resource that the program asked for. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  /** Its inputs as they go to the engine: what is secret is wrapped, see {@link isSecret}. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into the inputs of every kind of resource.
  readonly inputs: any;
}

/** How the SDK wraps a secret on its way to the engine (`runtime/rpc`). */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Start of every password that is made up here, by which a leak is found. */
export const GENERATED = "generated-for-";

export function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && (value as Record<string, unknown>)[SIGNATURE] === SECRET;
}

/** What a program asked for and what it gave. */
export interface Recording<Outputs> {
  readonly resources: readonly Recorded[];
  readonly outputs: Outputs;
  /** Inputs of the one resource whose type ends so, such as `:Deployment`, with this name. */
  // biome-ignore lint/suspicious/noExplicitAny: see {@link Recorded.inputs}.
  inputsOf(type: string, name: string): any;
}

/** Runs a program without an engine. */
export async function record<Outputs>(
  stack: string,
  program: () => Outputs | Promise<Outputs>,
): Promise<Recording<Outputs>> {
  const resources: Recorded[] = [];
  const newResource = ({ type, name, inputs, custom }: pulumi.runtime.MockResourceArgs) => {
    resources.push({ type, name, inputs });
    const made = type.startsWith("random:") ? drawn(type, name) : awsOutputs(type, name, inputs);
    return { id: custom ? `${name}-id` : undefined, state: { ...inputs, ...made } };
  };
  await pulumi.runtime.setMocks({ newResource, call: ({ inputs }) => inputs }, "plumbline", stack);
  // The SDK's mocks say that they know hooks, and have no call for them: none is ever run.
  const monitor = pulumi.runtime.getMonitor() as unknown as Record<string, unknown>;
  monitor.registerResourceHook = (_hook: unknown, done: (error: null) => void) => done(null);
  const outputs = await program();
  await pulumi.runtime.disconnect();
  const inputsOf = (type: string, name: string) => {
    const found = resources.filter((resource) => resource.type.endsWith(type) && resource.name === name);
    if (found.length !== 1) throw new Error(`there are ${found.length} resources ${type} named ${name}`);
    return found[0]?.inputs;
  };
  return { resources, outputs, inputsOf };
}

/** What is drawn by chance: a password, or an id that is no secret. */
function drawn(type: string, name: string): Record<string, unknown> {
  return type.endsWith(":RandomId") ? { hex: "0a1b2c3d" } : { result: `${GENERATED}${name}` };
}

/** What only AWS tells, made up, as far as programs take it apart. */
function awsOutputs(type: string, name: string, inputs: Recorded["inputs"]): Record<string, unknown> {
  if (!type.startsWith("aws:")) return {};
  const secretArn = `arn:aws:secretsmanager:eu-central-1:123456789012:secret:master-of-${name}`;
  return {
    arn: `arn:${type.replaceAll(":", "/")}:${name}`,
    endpoint: `${name}.aws.invalid`,
    primaryEndpointAddress: `primary.${name}.aws.invalid`,
    bootstrapBrokersSaslScram: `b-1.${name}.aws.invalid:9096,b-2.${name}.aws.invalid:9096`,
    latestRevision: 1,
    readerEndpoint: `reader.${name}.aws.invalid`,
    ...(type === "aws:eks/cluster:Cluster" && {
      identities: [{ oidcs: [{ issuer: "https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE" }] }],
      certificateAuthority: { data: "bm8gY2VydGlmaWNhdGU=" },
      vpcConfig: { ...inputs.vpcConfig, clusterSecurityGroupId: `sg-of-${name}` },
    }),
    ...(type === "aws:rds/cluster:Cluster" && { masterUserSecrets: [{ secretArn }] }),
    ...(type === "aws:mq/broker:Broker" && { instances: [{ endpoints: [`amqps://${name}.aws.invalid:5671`] }] }),
  };
}
