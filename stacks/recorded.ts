import * as pulumi from "@pulumi/pulumi";

/** A resource that the program asked for. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  /** Its inputs as they go to the engine: what is secret is wrapped, see {@link isSecret}. */
  readonly inputs: unknown;
}

/** How the SDK wraps a secret on its way to the engine (`runtime/rpc`). */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Start of every password that is made up here, by which a leak is found. */
export const GENERATED = "generated-for-";

export function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && (value as Record<string, unknown>)[SIGNATURE] === SECRET;
}

/** Runs a program without an engine, and gives every resource that it asks for, and its outputs. */
export async function record(
  stack: string,
  program: () => Promise<Record<string, unknown>>,
): Promise<{ resources: readonly Recorded[]; outputs: Record<string, unknown> }> {
  const resources: Recorded[] = [];
  const newResource = ({ type, name, inputs, custom }: pulumi.runtime.MockResourceArgs) => {
    resources.push({ type, name, inputs });
    const made = type.startsWith("random:") ? { result: `${GENERATED}${name}` } : {};
    return { id: custom ? `${name}-id` : undefined, state: { ...inputs, ...made } };
  };
  await pulumi.runtime.setMocks({ newResource, call: ({ inputs }) => inputs }, "plumbline", stack);
  const outputs = await program();
  await pulumi.runtime.disconnect();
  return { resources, outputs };
}
