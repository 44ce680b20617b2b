import { switched } from "../../core/aws.ts";
import { type AwsSetting, type AwsTable, broken, isIn, oneOf, setting } from "../../core/aws-settings.ts";
import { defineRule } from "../../core/rule.ts";

const IMMUTABLE = oneOf("imageTagMutability", ["IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"]);

/** Where nothing is said of scans, the registry's own configuration decides; AWS would rather have it there. */
function scanned(declared: boolean): AwsSetting {
  return setting(
    "imageScanningConfiguration.scanOnPush",
    (field) => switched(field) === true,
    "true",
    declared ? {} : { unset: true },
  );
}

/** What makes a repository of images one that can be trusted. Images are encrypted in any case. */
export function repositoryTable(scanDeclared: boolean): AwsTable {
  return {
    "aws:ecr/repository:Repository": [IMMUTABLE, scanned(scanDeclared)],
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": [IMMUTABLE],
  };
}

const TYPES = repositoryTable(false);

export const imageRepositoryHardened = defineRule({
  id: "image-repository-hardened",
  section: "containers",
  title: "Repositories of images keep a tag on its image, and scan what is pushed",
  severity: "medium",
  why: "a tag that can move brings other code into production than was tested, and nobody learns of known holes in it",
  fix: 'imageTagMutability: "IMMUTABLE", imageScanningConfiguration: { scanOnPush: true }',
  frameworks: ["SOC2:CC7.1", "PCI-DSS-4.0:6.3.1"],
  scope: "resource",
  optOut: "imageRepository",
  exemptable: true,
  params: {
    scanDeclared: {
      type: "boolean",
      default: false,
      description: "Demand scanOnPush on each repository, where the registry has no scanning configuration of its own.",
    },
  },
  subjects: (object) => isIn(TYPES, object),
  check: (object, { scanDeclared }) => broken(repositoryTable(scanDeclared), object),
});
