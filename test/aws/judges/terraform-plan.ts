import { type AwsResource, kindOf, moduleOf } from "./aws-resource.ts";

type Values = Record<string, unknown>;

interface Address {
  readonly address: string;
  readonly mode: "managed";
  readonly type: string;
  readonly name: string;
  readonly provider_name: string;
}

/** The fields that judges read of what `terraform show -json` prints (format 1.2). */
export interface TerraformPlan {
  readonly format_version: "1.2";
  readonly terraform_version: string;
  readonly planned_values: { root_module: { resources: (Address & { values: Values })[] } };
  readonly resource_changes: (Address & { change: { actions: ["create"]; before: null; after: Values } })[];
  readonly configuration: { root_module: { resources: (Address & { expressions: Values })[] } };
}

/** Types that Terraform names otherwise than by module and kind. */
const TYPES: Readonly<Record<string, string>> = {
  "rds/subnetGroup": "aws_db_subnet_group",
  "rds/proxy": "aws_db_proxy",
  "rds/proxyDefaultTargetGroup": "aws_db_proxy_default_target_group",
  "rds/proxyTarget": "aws_db_proxy_target",
};

/** Modules that are no part of Terraform's names. */
const WITHOUT_MODULE = ["ec2"];

/** Properties whose keys are whoever writes them's, and no names of properties. */
const MAPS = ["tags", "dimensions", "variables"];

/**
 * What a program asks of AWS as the plan of Terraform that judges read. Pulumi's provider is made from Terraform's: it writes names in another
 * case, blocks of which there is one as objects, and blocks of which there are several in the plural. These are the same rules backwards.
 */
export function terraformPlan(resources: readonly AwsResource[]): TerraformPlan {
  const planned = resources.map((resource) => ({
    at: addressOf(resource),
    values: valuesOf(resource.inputs),
    expressions: expressionsOf(resource),
  }));
  return {
    format_version: "1.2",
    terraform_version: "1.9.0",
    planned_values: { root_module: { resources: planned.map(({ at, values }) => ({ ...at, values })) } },
    resource_changes: planned.map(({ at, values }) => ({
      ...at,
      change: { actions: ["create"], before: null, after: values },
    })),
    configuration: { root_module: { resources: planned.map(({ at, expressions }) => ({ ...at, expressions })) } },
  };
}

/** Terraform's type: `aws_rds_cluster`. */
export function terraformType(type: string): string {
  const [module, kind] = [moduleOf(type), kindOf(type)];
  const prefix = WITHOUT_MODULE.includes(module) ? "aws" : `aws_${module}`;
  return TYPES[`${module}/${kind}`] ?? `${prefix}_${snake(kind)}`;
}

function addressOf({ type, name }: AwsResource): Address {
  const terraform = { type: terraformType(type), name: name.replace(/\W/g, "_") };
  const address = `${terraform.type}.${terraform.name}`;
  return { address, mode: "managed", ...terraform, provider_name: "registry.terraform.io/hashicorp/aws" };
}

function expressionsOf({ refersTo }: AwsResource): Values {
  const naming = Object.entries(refersTo).filter(([, targets]) => targets.length > 0);
  return Object.fromEntries(
    naming.map(([key, targets]) => {
      const addresses = targets.map((target) => addressOf(target).address);
      return [snake(key), { references: addresses.flatMap((address) => [`${address}.id`, address]) }];
    }),
  );
}

function valuesOf(inputs: Readonly<Values>): Values {
  return Object.fromEntries(Object.entries(inputs).map(([key, value]) => propertyOf(key, value)));
}

function propertyOf(key: string, value: unknown): [string, unknown] {
  if (MAPS.includes(key) || typeof value !== "object" || value === null) return [snake(key), value];
  if (!Array.isArray(value)) return [snake(key), [valuesOf(value as Values)]];
  const areBlocks = value.some((each) => typeof each === "object" && each !== null);
  return areBlocks ? [snake(singular(key)), value.map(valuesOf)] : [snake(key), value];
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function singular(name: string): string {
  return name.replace(/ies$/, "y").replace(/(?<=ss|x|ch)es$|(?<!s)s$/, "");
}
