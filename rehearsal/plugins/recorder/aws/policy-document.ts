import type { PropertyMap, PropertyValue } from "../../rpc/index.ts";

/**
 * Writes an IAM policy as JSON, as the function `aws.iam.getPolicyDocument` does: capital field names, a list of one as
 * its only item, conditions by test and variable. Documents to start from and to be overridden by are merged by `sid`.
 */
export function policyDocument(args: PropertyMap): PropertyMap {
  const documents = (name: string) => texts(args[name]).flatMap((json) => statementsIn(json));
  const own = list(args.statements).map((statement) => written(statement as PropertyMap));
  const statements = merge([...documents("sourcePolicyDocuments"), ...own], documents("overridePolicyDocuments"));
  const document = {
    Version: args.version ?? "2012-10-17",
    ...(args.policyId !== undefined && { Id: args.policyId }),
    Statement: statements,
  };
  return { ...args, json: JSON.stringify(document, null, 2), minifiedJson: JSON.stringify(document) };
}

type Statement = { readonly Sid?: string } & { readonly [field: string]: unknown };

function written(statement: PropertyMap): Statement {
  const fields = Object.entries({
    Sid: statement.sid,
    Effect: statement.effect ?? "Allow",
    Action: one(statement.actions),
    NotAction: one(statement.notActions),
    Resource: one(statement.resources),
    NotResource: one(statement.notResources),
    Principal: principals(statement.principals),
    NotPrincipal: principals(statement.notPrincipals),
    Condition: conditions(statement.conditions),
  });
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

function principals(given: PropertyValue | undefined): unknown {
  const all = list(given) as PropertyMap[];
  if (all.length === 0) return undefined;
  if (all.some(({ type, identifiers }) => type === "*" && texts(identifiers).includes("*"))) return "*";
  const byType = Map.groupBy(all, ({ type }) => String(type));
  return Object.fromEntries(
    [...byType].map(([type, some]) => [type, one(some.flatMap(({ identifiers }) => texts(identifiers)))]),
  );
}

function conditions(given: PropertyValue | undefined): unknown {
  const all = list(given) as PropertyMap[];
  if (all.length === 0) return undefined;
  const byTest = Map.groupBy(all, ({ test }) => String(test));
  return Object.fromEntries(
    [...byTest].map(([test, some]) => [
      test,
      Object.fromEntries(some.map(({ variable, values }) => [String(variable), one(values)])),
    ]),
  );
}

function statementsIn(json: string): Statement[] {
  const { Statement: found } = JSON.parse(json) as { Statement?: Statement | Statement[] };
  return found === undefined ? [] : [found].flat();
}

/** A statement that overrides replaces the one with its `Sid`; without one of that name it comes last. */
function merge(base: readonly Statement[], overrides: readonly Statement[]): Statement[] {
  const replaced = base.map((old) => overrides.findLast(({ Sid }) => Sid !== undefined && Sid === old.Sid) ?? old);
  return [...replaced, ...overrides.filter((override) => !replaced.includes(override))];
}

function one(values: PropertyValue | undefined): unknown {
  if (values === undefined) return undefined;
  const all = list(values);
  if (all.length === 0) return undefined;
  return all.length === 1 ? all[0] : all;
}

function list(value: PropertyValue | undefined): readonly PropertyValue[] {
  return Array.isArray(value) ? (value as readonly PropertyValue[]) : [];
}

function texts(value: PropertyValue | undefined): string[] {
  return list(value).map(String);
}
