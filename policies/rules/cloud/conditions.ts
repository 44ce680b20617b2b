import { texts } from "../../core/aws.ts";
import type { Field } from "../../core/field.ts";
import { someKnown } from "../../core/unknown.ts";
import { isWorld } from "./open-ports.ts";

/** One condition of a policy's statement: `StringEquals: { "aws:SourceAccount": ["111122223333"] }`. */
interface Condition {
  /** Without `ForAnyValue:`; in small letters, as IAM does not mind. */
  readonly operator: string;
  /** In small letters too. */
  readonly key: string;
  readonly values: Field;
}

/**
 * Operators that are met by the values they name and by no others. Not those that are met by all others (StringNotEquals),
 * nor those that are also met where the key is missing (ForAllValues:, …IfExists, Null): a stranger's request has few keys.
 */
const POSITIVE =
  /^(?:foranyvalue:)?(stringequals|stringequalsignorecase|stringlike|arnequals|arnlike|ipaddress|bool|numericequals)$/;

/** Whether a value of a key says who is meant. Keys that anybody can give any value, such as tags of their own, are left out. */
const WHO: readonly (readonly [keys: RegExp, means: (value: string, key: string, operator: string) => boolean])[] = [
  [/^aws:(sourcearn|principalarn)$|^s3:dataaccesspointarn$/, namesAccount],
  [/^aws:(sourceip|vpcsourceip)$/, (value, _key, operator) => operator === "ipaddress" && !isWorld(value)],
  [
    /^aws:(source(account|orgid|owner|owneraccount|vpc|vpce)|principal(orgid|account|servicename))$|^(kms:calleraccount|s3:dataaccesspointaccount|vpc-lattice-svcs:source(vpc|vpcowneraccount))$/,
    isExact,
  ],
  [/^aws:(source|principal)orgpaths$/, (value) => isExact(value.split("/")[0] ?? "")],
  [/^aws:userid$/, (value) => isExact(value.split(":")[0] ?? "")],
  [/^elasticfilesystem:accessedviamounttarget$/, (value) => value === "true"],
  [/^sns:endpoint$/, (value) => !/^[*?]*$/.test(value)],
];

/** Whether a condition of a statement for everybody says who is meant after all. */
export function saysWho(statement: Field): boolean {
  return someKnown(conditionsOf(statement), ({ operator, key, values }) => {
    const means = WHO.find(([keys]) => keys.test(key))?.[1];
    return (
      means !== undefined && !someKnown(texts(values), (value) => !means(value, key, operator) || isSelf(value, key))
    );
  });
}

/** Keys that say nothing about what an action is done on: who asks, when, from where, and how. */
const NOT_WHAT =
  /^aws:(?!(resource|request)tag\/)|^(ec2:(region|roledelivery|sourceinstancearn|vpc_?e?)|s3:(tlsversion|authtype|signature.*|x-amz-content-sha256)|sts:(externalid|rolesessionname))$/;

/** Whether a condition of a statement for all resources says which are meant after all: mostly by a tag of theirs. */
export function saysWhat(statement: Field): boolean {
  const isTag = (key: string) => /^aws:(resource|request)tag\/|:resourcetag\//.test(key);
  return (
    someKnown(conditionsOf(statement), ({ key, values }) => {
      if (NOT_WHAT.test(key)) return false;
      // That there is such a tag says something, whatever its value is.
      return isTag(key) || !someKnown(texts(values), (value) => /^[*?]*$/.test(value));
    }) ||
    someKnown(
      tests(statement).filter(([operator]) => operator === "null"),
      ([, key, values]) => isTag(key) && texts(values).every((value) => value === "false"),
    )
  );
}

function conditionsOf(statement: Field): Condition[] {
  return tests(statement).flatMap(([written, key, values]) => {
    const operator = POSITIVE.exec(written)?.[1];
    return operator === undefined ? [] : [{ operator, key, values }];
  });
}

function tests(statement: Field): (readonly [operator: string, key: string, values: Field])[] {
  return statement
    .at("Condition")
    .entries()
    .flatMap(([operator, keys]) =>
      keys.entries().map(([key, values]) => [operator.toLowerCase(), key.toLowerCase(), values] as const),
    );
}

/** What anybody's request has: `${aws:PrincipalAccount}` for aws:PrincipalAccount. */
function isSelf(value: string, key: string): boolean {
  return value.toLowerCase() === `\${${key}}`;
}

function isExact(value: string): boolean {
  return value !== "" && !/[*?]/.test(value);
}

/**
 * Whether a pattern of ARNs is of one account's. Buckets have none in theirs, but a name that is nobody
 * else's.
 */
function namesAccount(value: string): boolean {
  if (!value.startsWith("arn:")) return isExact(value) || value.startsWith("${");
  const [, , service, , account = "*", ...rest] = value.split(":");
  const name = rest.join(":");
  if (service === "s3" && !isExact(account)) return /^[^*?:/]{3}[^:/]*$/.test(name);
  return isExact(account) || (account === "" && isExact(name));
}
