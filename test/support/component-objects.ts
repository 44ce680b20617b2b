import { type Recorded, record } from "../../components/testing/record.ts";

/** How the SDK wraps a secret on its way to the engine. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** The objects of Kubernetes that a program's components make, as they make them, with made-up passwords in clear. */
export async function objectsOf(program: () => void): Promise<object[]> {
  const { resources } = await record("test", program);
  return resources.filter(isObject).map(({ inputs }) => plain(inputs) as object);
}

function isObject({ type, inputs }: Recorded): boolean {
  return type.startsWith("kubernetes:") && inputs?.kind !== undefined && inputs?.apiVersion !== undefined;
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (SIGNATURE in value) return plain((value as { value?: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
