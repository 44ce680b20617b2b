/**
 * Lets one service of AWS take on a role, for this account alone. `IfExists` is for a service of which it is not known that it says for whom it acts:
 * if it does, it must be this account.
 */
export function assumedBy(service: string, accountId: string, test: "" | "IfExists" = ""): string {
  const statement = {
    Effect: "Allow",
    Principal: { Service: service },
    Action: "sts:AssumeRole",
    Condition: { [`StringEquals${test}`]: { "aws:SourceAccount": accountId } },
  };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}
