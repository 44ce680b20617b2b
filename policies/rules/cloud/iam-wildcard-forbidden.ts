import { awsType, fieldsAt, texts } from "../../core/aws.ts";
import type { Field } from "../../core/field.ts";
import { fits } from "../../core/glob.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";
import { saysWhat } from "./conditions.ts";
import {
  allowances,
  IDENTITY_POLICIES,
  isForEverybody,
  RESOURCE_POLICIES,
  TRUST_POLICIES,
} from "./policy-documents.ts";

/** Where AWS's own policies are given to somebody. */
export const ATTACHMENTS: Readonly<Record<string, string>> = {
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": "policyArn",
  "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive": "policyArns[]",
  "aws:iam/policyAttachment:PolicyAttachment": "policyArn",
  "aws:iam/role:Role": "managedPolicyArns[]",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "policyArn",
  "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": "policyArns[]",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment": "policyArn",
  "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive": "policyArns[]",
  "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment": "managedPolicyArn",
  "aws:ssoadmin/managedPolicyAttachmentsExclusive:ManagedPolicyAttachmentsExclusive": "managedPolicyArns[]",
};

/** AWS's policies that allow everything, or to allow oneself everything. */
const UNLIMITED = /^arn:aws[\w-]*:iam::aws:policy\/(AdministratorAccess|IAMFullAccess|PowerUserAccess)$/;

export const iamWildcardForbidden = defineRule({
  id: "iam-wildcard-forbidden",
  section: "security",
  title: "Policies in AWS name the actions, the resources and the principals that they allow",
  severity: "critical",
  why: "whoever gets hold of one key or one pod with such a policy has the service or the account, with all its data",
  fix: "name the actions that are needed, the ARNs that they are needed on, and who may do them",
  frameworks: ["SOC2:CC6.3", "PCI-DSS-4.0:7.2.1"],
  scope: "resource",
  exemptable: true,
  params: {
    onAllResources: {
      type: "array",
      items: { type: "string" },
      default: [
        "*:Describe*",
        "*:List*",
        "autoscaling:Get*",
        "ce:Get*",
        "cloudwatch:Get*",
        "cloudwatch:PutMetricData",
        "comprehend:BatchDetect*",
        "comprehend:ContainsPiiEntities",
        "comprehend:Detect*",
        "ec2:Get*",
        "ecr:GetAuthorizationToken",
        "ecr-public:GetAuthorizationToken",
        "iam:Get*",
        "kms:GenerateRandom",
        "logs:GetQueryResults",
        "logs:StopQuery",
        "polly:SynthesizeSpeech",
        "pricing:*",
        "rekognition:CompareFaces",
        "rekognition:Detect*",
        "rekognition:RecognizeCelebrities",
        "s3:GetAccountPublicAccessBlock",
        "s3:ListAllMyBuckets",
        "ssmmessages:*",
        "sts:GetCallerIdentity",
        "sts:GetServiceBearerToken",
        "tag:Get*",
        "textract:Analyze*",
        "textract:Detect*",
        "textract:Get*",
        "textract:Start*",
        "translate:TranslateDocument",
        "translate:TranslateText",
        "xray:Get*",
        "xray:Put*",
      ],
      description:
        "Actions that may be allowed on all resources: those that AWS cannot narrow, or that only show names.",
    },
  },
  subjects: (object) =>
    [IDENTITY_POLICIES, TRUST_POLICIES, RESOURCE_POLICIES, ATTACHMENTS].some((table) =>
      Object.hasOwn(table, awsType(object)),
    ),
  *check(object, { onAllResources }) {
    const isKey = awsType(object).startsWith("aws:kms/");
    yield* eachKnown(
      [
        () => eachKnown(allowances(object, IDENTITY_POLICIES), (statement) => identity(statement, onAllResources)),
        () => eachKnown(allowances(object, TRUST_POLICIES), principals),
        () => eachKnown(allowances(object, RESOURCE_POLICIES), (statement) => resource(statement, isKey)),
        () => attachments(object),
      ],
      (part) => part(),
    );
  },
});

function* identity(statement: Field, harmless: readonly string[]): Generator<Violation> {
  const actions = texts(statement.at("Action"));
  const isHarmless = (action: string) => harmless.some((pattern) => fits(pattern.toLowerCase(), action.toLowerCase()));
  const whole = actions.filter((action) => isWhole(action) && !isHarmless(action));
  if (whole.length > 0) {
    yield given(statement.at("Action"), whole, "the actions that are needed, by name");
    return;
  }
  if (!statement.at("NotAction").absent) {
    yield given(statement.at("NotAction"), ["all actions but some"], "Action, with the actions that are needed");
    return;
  }
  const all = !statement.at("NotResource").absent ? "*" : texts(statement.at("Resource")).find(isAll);
  if (all === undefined || saysWhat(statement)) return;
  const wide = actions.filter((action) => !isHarmless(action));
  if (wide.length === 0) return;
  yield {
    path: statement.at("Resource").path,
    given: `${JSON.stringify(all)} for ${wide.slice(0, 3).join(", ")}${wide.length > 3 ? ", …" : ""}`,
    wanted: "the ARNs that these actions are needed on",
  };
}

/**
 * A resource's policy speaks of the resource itself, whatever stands in Resource. A key's lets its account do everything
 * with it, or nobody could ever change it again.
 */
function* resource(statement: Field, isKey: boolean): Generator<Violation> {
  const whole = texts(statement.at("Action")).filter((action) => isWhole(action) && !(isKey && /^kms:/i.test(action)));
  if (whole.length > 0) yield given(statement.at("Action"), whole, "the actions that are needed, by name");
  yield* principals(statement);
}

function* principals(statement: Field): Generator<Violation> {
  if (!isForEverybody(statement)) return;
  const which = statement.at("NotPrincipal").absent ? "Principal" : "NotPrincipal";
  yield given(statement.at(which), ["everybody"], "the principals that need it, or a Condition that names them");
}

function* attachments(object: StackObject): Generator<Violation> {
  const path = ATTACHMENTS[awsType(object)];
  if (path === undefined) return;
  yield* eachKnown(fieldsAt(object.root, path), function* (arn) {
    if (UNLIMITED.test(arn.text() ?? "")) yield violation(arn, "a policy of the actions that are needed");
  });
}

/** Whether an action stands for a whole service, or for everything. */
function isWhole(action: string): boolean {
  return isAnything(action.slice(action.indexOf(":") + 1));
}

/**
 * Whether a resource stands for all there are, or for all of a kind in any account. Where ARNs have no account, a kind is
 * one of the own account's; a bucket, which has no kind either, may be anybody's.
 */
function isAll(resource: string): boolean {
  const [, , , , account, ...rest] = resource.split(":");
  if (account === undefined) return /^[*?]+$|^arn(:[\w*?-]*)*\*$/.test(resource) && resource.includes("*");
  const name = rest.join(":");
  if (account === "") return isAnything(name);
  if (!/[*?]/.test(account)) return false;
  return isAnything(name.replace(/^[\w-]+[:/]/, ""));
}

/** Whether a pattern stands for anything: stars and question marks only. */
function isAnything(pattern: string): boolean {
  return pattern.includes("*") && /^[*?:/]+$/.test(pattern);
}

function given(field: Field, what: readonly string[], wanted: string): Violation {
  return {
    path: field.path,
    given: what.map((one) => (one.includes("*") ? JSON.stringify(one) : one)).join(", "),
    wanted,
  };
}
