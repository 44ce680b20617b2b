import { numeral } from "../../core/aws.ts";
import { type AwsSetting, type AwsTable, broken, is, isIn, oneOf, setting, unless } from "../../core/aws-settings.ts";
import { defineRule } from "../../core/rule.ts";

/** A machine hands out its role's keys only to who holds a token, which a forwarded request cannot get. */
function tokens(hops: number): readonly AwsSetting[] {
  const isOff = is("metadataOptions.httpEndpoint", "disabled");
  return [
    oneOf("metadataOptions.httpTokens", ["required"], { when: unless(isOff) }),
    setting("metadataOptions.httpPutResponseHopLimit", (limit) => (numeral(limit) ?? 1) <= hops, `at most ${hops}`, {
      when: unless(isOff),
      unset: true,
    }),
  ];
}

/** Where machines in AWS say who gets the keys of their role; a hop more lets containers have them. */
export function metadataTable(hops: number): AwsTable {
  const machine = tokens(hops);
  return {
    "aws:ec2/instance:Instance": machine,
    "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": [oneOf("httpTokens", ["required"])],
    "aws:ec2/launchConfiguration:LaunchConfiguration": machine,
    "aws:ec2/launchTemplate:LaunchTemplate": machine,
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": machine,
    "aws:sagemaker/notebookInstance:NotebookInstance": [
      oneOf("instanceMetadataServiceConfiguration.minimumInstanceMetadataServiceVersion", ["2"]),
    ],
  };
}

/** Any number will do to tell which types are judged. */
const TYPES = metadataTable(1);

export const instanceMetadataProtected = defineRule({
  id: "instance-metadata-protected",
  section: "security",
  title: "Machines in AWS hand out their role's keys only against a token, and not to their containers",
  severity: "high",
  why: "one service that can be made to fetch a URL of the attacker's choice gives away the keys of the node's role",
  fix: 'metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 }',
  frameworks: [],
  scope: "resource",
  optOut: "instanceMetadata",
  exemptable: true,
  params: {
    maxHops: {
      type: "integer",
      minimum: 1,
      default: 1,
      description: "How many hops an answer may go: 1 is the machine itself, 2 its containers too.",
    },
  },
  subjects: (object) => isIn(TYPES, object),
  check: (object, { maxHops }) => broken(metadataTable(maxHops), object),
});
