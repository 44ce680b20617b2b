/** A statement of a policy document, as it was written. */
interface Statement {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action?: string | readonly string[];
  readonly NotAction?: unknown;
  readonly Resource?: string | readonly string[];
  readonly NotResource?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A policy document that stands in an input of a resource. */
export interface Document {
  /** The type and name of the resource, and the path of the input. */
  readonly at: string;
  readonly type: string;
  readonly statements: readonly Statement[];
}

interface Resource {
  readonly type: string;
  readonly name: string;
  readonly inputs: unknown;
}

/** Every policy document in the inputs of resources, wherever it stands: a text of JSON with a `Version` and a `Statement`. */
export function documentsOf(resources: readonly Resource[]): Document[] {
  return resources
    .filter(({ type }) => type.startsWith("aws:"))
    .flatMap(({ type, name, inputs }) =>
      textsIn(inputs).flatMap(([path, text]) => {
        const statements = statementsOf(text);
        return statements === undefined ? [] : [{ at: `${type} ${name}: ${path}`, type, statements }];
      }),
    );
}

function textsIn(value: unknown, path = ""): [path: string, text: string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => textsIn(part, path === "" ? key : `${path}.${key}`));
}

function statementsOf(text: string): Statement[] | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const { Statement: statements } = JSON.parse(text) as { Statement?: Statement | Statement[] };
    return statements === undefined ? undefined : [statements].flat();
  } catch {
    return undefined;
  }
}

/** What only shows that something is there. */
const SHOWS = /^[a-z0-9-]+:(Describe|Get|List)\*?\w*$/;
const ENDPOINTS = /^aws:ec2\/vpcEndpoint:/;
const KMS_KEYS = /^aws:kms\/(key|replicaKey):/;

/** What a document lets too many do, too much, or on too much. */
export function faultsOf({ at, type, statements }: Document, account: string): string[] {
  return statements
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap((statement) => {
      if (statement.NotAction !== undefined || statement.NotResource !== undefined)
        return [`${at}: allows all but some`];
      const actions = [statement.Action ?? []].flat();
      const everywhere = [statement.Resource ?? []].flat().some((one) => /^[*?]+$/.test(one));
      const wide = actions.filter((action) => /[*?]/.test(action) && !SHOWS.test(action));
      const isAccountsKey =
        KMS_KEYS.test(type) &&
        JSON.stringify(statement.Principal) === JSON.stringify({ AWS: `arn:aws:iam::${account}:root` });
      // What an endpoint lets through is nobody's right yet: for named roles it may let through all that they have by IAM.
      if (ENDPOINTS.test(type) && isForRolesOf(statement, account)) return [];
      return [
        ...(everywhere && wide.length > 0 && !isAccountsKey ? [`${at}: ${wide.join(", ")} on everything`] : []),
        ...(actions.some((action) => /^[*?]+$/.test(action)) ? [`${at}: every action`] : []),
        ...(isEverybody(statement.Principal) && !isOfAccount(statement, account) ? [`${at}: everybody`] : []),
      ];
    });
}

/** Whether a statement holds for roles of the account alone, each by its whole name. */
function isForRolesOf({ Condition = {} }: Statement, account: string): boolean {
  const named = [Condition.ArnEquals?.["aws:PrincipalArn"] ?? []].flat();
  const own = `arn:aws:iam::${account}:role/`;
  return named.length > 0 && named.every((one) => String(one).startsWith(own) && !/[*?]/.test(String(one)));
}

function isEverybody(principal: unknown): boolean {
  if (principal === "*") return true;
  const { AWS = [] } = (principal ?? {}) as { AWS?: string | string[] };
  return [AWS].flat().some((one) => one === "*");
}

/** Buckets to which ECR and registry.k8s.io lead for layers of images. */
const IMAGES = /^arn:aws:s3:::prod-(?:[\w-]+-starport-layer-bucket|registry-k8s-io-[\w-]+)\/\*$/;
const OF_ACCOUNT = new Set(["aws:PrincipalAccount", "aws:ResourceAccount", "aws:SourceAccount", "kms:CallerAccount"]);

/** Whether a statement for everybody is for one account after all, by a condition or by its resources; or reads layers of images where registries have them. */
function isOfAccount({ Condition = {}, Action, Resource }: Statement, account: string): boolean {
  const said = Object.entries(Condition.StringEquals ?? {}).some(
    ([key, value]) => OF_ACCOUNT.has(key) && value === account,
  );
  const resources = [Resource ?? []].flat();
  const isOfImages = Action === "s3:GetObject" && resources.length > 0 && resources.every((one) => IMAGES.test(one));
  const isOnOwn = resources.length > 0 && resources.every((one) => one.split(":")[4] === account);
  return said || isOnOwn || isOfImages;
}
