interface Resource {
  readonly type: string;
  readonly name: string;
  readonly inputs: unknown;
}

const GROUPS = /:SecurityGroup(?:IngressRule|EgressRule|Rule)?$/;
/** What EC2 takes in the description of a security group and of its rules (`CreateSecurityGroup`): no apostrophe is among it. */
const TAKEN = /^[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/;

/** Descriptions of security groups and of their rules, by the resource that has them. */
export function groupDescriptions(resources: readonly Resource[]): [at: string, description: string][] {
  return resources
    .filter(({ type }) => type.startsWith("aws:") && GROUPS.test(type))
    .flatMap(({ type, name, inputs }) => {
      const { description } = inputs as { description?: string };
      return description === undefined ? [] : [[`${type} ${name}`, description] as [string, string]];
    });
}

/** Those that EC2 would refuse, and by that the resource. */
export function refusedDescriptions(resources: readonly Resource[]): string[] {
  return groupDescriptions(resources)
    .filter(([, description]) => !TAKEN.test(description))
    .map(([at, description]) => `${at}: ${description}`);
}
