import { expect, test } from "vitest";
import { InvalidArgsError } from "../core/invalid.ts";
import { record } from "../testing/record.ts";
import { EbsStorage } from "./ebs-storage.ts";
import { Keys } from "./keys.ts";

const account = { region: "eu-central-1", accountId: "123456789012" };
const made = (name: string, more: object = {}) =>
  record("production", () => {
    new EbsStorage(name, { keys: new Keys("keys", { account }), ...more });
  });

test("volumes are encrypted under the key for disks, of the pod's zone, kept, and what claims get that say nothing", async () => {
  const { inputsOf } = await made("encrypted");
  expect(inputsOf(":StorageClass", "encrypted")).toMatchObject({
    metadata: { name: "encrypted", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    provisioner: "ebs.csi.aws.com",
    parameters: { type: "gp3", encrypted: "true", kmsKeyId: "arn:aws/kms/key/Key:keys-disks" },
    volumeBindingMode: "WaitForFirstConsumer",
    reclaimPolicy: "Retain",
  });
});

test("a second class is not the default, and one that is not kept goes with its claim", async () => {
  const { inputsOf } = await made("scratch", { isDefault: false, retain: false });
  expect(inputsOf(":StorageClass", "scratch")).toMatchObject({
    metadata: { annotations: { "storageclass.kubernetes.io/is-default-class": "false" } },
    reclaimPolicy: "Delete",
  });
});

test("a name that Kubernetes does not take is refused", async () => {
  await expect(made("Encrypted")).rejects.toThrow(InvalidArgsError);
});
