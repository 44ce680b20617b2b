import { Field } from "../../core/field.ts";
import { secretIn } from "../../core/secret-words.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";
import { type ClearText, later } from "./clear-text.ts";
import { shellNamed } from "./command-secrets.ts";

/**
 * Passwords that a resource is given, by type, each with what to write instead. Only such as AWS can keep by itself: elsewhere
 * a program has to hand one over, and a policy cannot tell a secret of the program's from a literal.
 */
const PASSWORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "aws:rds/instance:Instance": { password: "manageMasterUserPassword: true, and no password" },
  "aws:rds/cluster:Cluster": { masterPassword: "manageMasterUserPassword: true, and no masterPassword" },
  "aws:docdb/cluster:Cluster": { masterPassword: "manageMasterUserPassword: true, and no masterPassword" },
  "aws:redshift/cluster:Cluster": { masterPassword: "manageMasterPassword: true, and no masterPassword" },
  "aws:redshiftserverless/namespace:Namespace": { adminUserPassword: "manageAdminPassword: true" },
  "aws:elasticache/replicationGroup:ReplicationGroup": {
    authToken: "userGroupIds: [<a group whose users have authenticationMode: { type: iam }>]",
  },
  "aws:dms/endpoint:Endpoint": { password: "secretsManagerArn: <the secret's ARN>" },
  "pulumi:providers:aws": { secretKey: "profile or assumeRoles", token: "profile or assumeRoles" },
};

/** Maps of environment variables, by the key that they stand under. */
const VARIABLES = new Set([
  "variables",
  "environment",
  "environmentVariables",
  "environmentVariable",
  "runtimeEnvironmentVariables",
  "defaultArguments",
  "settings",
]);
/** CodeBuild's variables that are filled in from where secrets belong. */
const REFERENCE_TYPES = new Set(["PARAMETER_STORE", "SECRETS_MANAGER"]);
/** What AWS itself keeps secrets in. */
const KEPT: Readonly<Record<string, string>> = {
  "aws:secretsmanager/secretVersion:SecretVersion": "secretString",
  "aws:ssm/parameter:Parameter": "value",
};
const SCRIPTS = new Set(["userData", "userDataBase64"]);
/** Deeper than any resource; a text that holds JSON that holds JSON ends here. */
const DEEPEST = 16;

/** A text of an AWS resource. `instead`: what to write for a password that the resource is given. */
export interface AwsText extends ClearText {
  readonly instead?: string;
}

export function isAws({ resource }: StackObject): boolean {
  return /^(?:aws|aws-native|awsx):|^pulumi:providers:aws$/.test(resource.type);
}

/** Every text of an AWS resource, those in its JSON, its environments and its scripts with their names. */
export function* awsTexts(object: StackObject): Generator<AwsText> {
  const passwords = PASSWORDS[object.resource.type] ?? {};
  yield* eachKnown(object.root.entries(), function* ([key, field]) {
    if (KEPT[object.resource.type] === key) {
      yield* inKeeper(object, field);
      return;
    }
    const instead = Object.hasOwn(passwords, key) ? passwords[key] : undefined;
    if (instead === undefined) yield* within(field, key, "", 0);
    else
      yield Object.assign(
        later(field, "password", () => field.text() ?? ""),
        { instead },
      );
  });
}

/** A parameter that is no SecureString is read by whoever may read parameters; its name says what it is. */
function* inKeeper({ root, resource }: StackObject, field: Field): Generator<AwsText> {
  if (resource.type !== "aws:ssm/parameter:Parameter" || root.at("type").text() === "SecureString") return;
  const name = root.at("name").text() ?? resource.name;
  yield { field, name: name.slice(name.lastIndexOf("/") + 1), text: field.text() ?? "", instead: "type: SecureString" };
}

/** `key`: what the value stands under. `name`: what it is called, if it is a variable. */
function* within(field: Field, key: string, name: string, depth: number): Generator<AwsText> {
  if (field.secret && name !== "") return yield later(field, name, () => "");
  const { value } = field;
  if (depth > DEEPEST) return;
  if (typeof value === "string") yield* inText(field, key, name, value, depth);
  else if (Array.isArray(value)) yield* eachKnown(field.items(), (item) => inItem(item, key, depth));
  else if (typeof value === "object" && value !== null)
    yield* eachKnown(field.entries(), ([below, item]) =>
      within(item, below, VARIABLES.has(key) ? below : "", depth + 1),
    );
}

/** Variables may be a list of `{ name, value }`. */
function* inItem(item: Field, key: string, depth: number): Generator<AwsText> {
  const { value } = item;
  const isVariable = VARIABLES.has(key) && typeof value === "object" && value !== null && "name" in value;
  if (!isVariable || !("value" in value)) yield* within(item, key, "", depth + 1);
  else if (!REFERENCE_TYPES.has(item.at("type").text() ?? ""))
    yield* within(item.at("value"), key, item.at("name").text() ?? "", depth + 1);
}

function* inText(field: Field, key: string, name: string, text: string, depth: number): Generator<AwsText> {
  if (SCRIPTS.has(key)) {
    yield* inScript(field, script(text));
    return;
  }
  const json = parsed(text);
  if (json === undefined) yield { field, name, text };
  // What is found in it stands at the field that holds the whole of it.
  else for (const found of within(new Field(json), key, name, depth + 1)) yield { ...found, field };
}

function parsed(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** User data is given as it is, or in base64. */
function script(text: string): string {
  return /^[A-Za-z0-9+/\s]{16,}={0,2}\s*$/.test(text) ? Buffer.from(text, "base64").toString("utf8") : text;
}

/** A script tells one secret at most: by its shape, or by what its lines are given. */
function* inScript(field: Field, text: string): Generator<AwsText> {
  yield { field, name: "", text };
  if (secretIn(text) !== undefined) return;
  for (const found of shellNamed(text)) yield { field, ...found };
}
