import { isOptOut, optOutAnnotations } from "../core/opt-out.ts";
import { tagsOf } from "../data/aws/tags.ts";

/** Where something is made. The provider of the program must be of the same account and region. */
export interface AwsAccount {
  /** Such as `eu-central-1`. */
  readonly region: string;
  /** The account's number, twelve digits. */
  readonly accountId: string;
  /** Tags of everything. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Tags of what is not a store: who manages it, what people call it, and what was stepped down from. */
export function namedTags(
  { tags }: AwsAccount,
  name: string,
  choices: Readonly<Record<string, unknown>> = {},
): Record<string, string> {
  const reasons = Object.fromEntries(Object.entries(choices).filter(([, choice]) => isOptOut(choice)));
  return tagsOf({
    "app.kubernetes.io/managed-by": "plumbline",
    ...tags,
    Name: name,
    ...optOutAnnotations(reasons),
  });
}
