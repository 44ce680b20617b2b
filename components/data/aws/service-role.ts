/** Lets one service of AWS take on a role, for this account alone. */
export function assumedBy(service: string, accountId: string): string {
  const statement = {
    Effect: "Allow",
    Principal: { Service: service },
    Action: "sts:AssumeRole",
    Condition: { StringEquals: { "aws:SourceAccount": accountId } },
  };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}
