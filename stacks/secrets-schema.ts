import { z } from "zod";
import { ACCOUNT_ID, isAccountId, isKeyArn, isRegion, KEY_ARN, REGION } from "../components/data/aws/place.ts";
import { refreshProblems } from "../components/security/secrets/external-secret-plan.ts";
import { isOidcProvider, isPrefix, OIDC_PROVIDER, PREFIX } from "../components/security/secrets/source-plan.ts";
import type { Parsed, Report } from "./environment-schema.ts";
import { duration, text } from "./fields.ts";

/** Where the Secrets that `secretRef` names come from. Without it people make them. */
export const secretsFromSchema = z.strictObject({
  kind: z.literal("awsSecretsManager"),
  /** The environment's own by default. */
  region: text(REGION, isRegion).exactOptional(),
  /** What their names begin with: `shop-observability/pagerduty` is `<prefix>/shop-observability/pagerduty` there. */
  prefix: text(PREFIX, isPrefix),
  accountId: text(ACCOUNT_ID, isAccountId),
  oidcProvider: text(OIDC_PROVIDER, isOidcProvider),
  kmsKeyArn: text(KEY_ARN, isKeyArn).exactOptional(),
  /** How often they are asked for, and so how long a changed one takes to arrive; `5m` by default. */
  refresh: duration.exactOptional(),
});

/** What no field of these says alone. */
export function checkSecretsFrom({ tier, secretsFrom, paging, monitoring }: Parsed, report: Report): void {
  if (secretsFrom === undefined) return;
  for (const { field, allowed } of refreshProblems(secretsFrom.refresh)) report(["secretsFrom", field], allowed);
  if (tier === "rehearsal")
    report(["secretsFrom"], "nothing: a rehearsal reaches no AWS; Secrets are made by hand there");
  else if (paging === undefined && monitoring?.remoteWrite?.secretRef === undefined)
    report(["secretsFrom"], "nothing: no field of the environment names a Secret");
}
