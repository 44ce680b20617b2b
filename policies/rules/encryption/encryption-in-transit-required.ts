import { awsType, documentAt } from "../../core/aws.ts";
import { broken, isIn } from "../../core/aws-settings.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { IN_TRANSIT } from "./in-transit-table.ts";
import { isMesh, meshViolations } from "./mesh.ts";

const EMR = "aws:emr/securityConfiguration:SecurityConfiguration";

export const encryptionInTransitRequired = defineRule({
  id: "encryption-in-transit-required",
  section: "security",
  title: "Listeners, stores and meshes speak TLS, within themselves and with their clients",
  severity: "high",
  why: "whoever is on the way, in a neighbouring pod or network, reads passwords and personal data, and changes answers",
  fix: "switch TLS on where the resource is declared; a listener in clear may only redirect to HTTPS",
  frameworks: ["SOC2:CC6.7", "PCI-DSS-4.0:4.2.1", "GDPR:Art.32"],
  scope: "resource",
  optOut: "tls",
  exemptable: true,
  params: {},
  subjects: (object) => isMesh(object) || isIn(IN_TRANSIT, object) || awsType(object) === EMR,
  check(object) {
    if (isMesh(object)) return meshViolations(object);
    if (awsType(object) === EMR) return mapReduce(object);
    return broken(IN_TRANSIT, object);
  },
});

/** EMR keeps its settings as JSON. */
function* mapReduce(object: StackObject): Generator<Violation> {
  const configuration = object.root.at("configuration");
  const settings = documentAt(configuration)?.at("EncryptionConfiguration");
  if (settings?.at("EnableInTransitEncryption").boolean() === true) return;
  yield {
    path: configuration.path,
    given: "without encryption in transit",
    wanted: "EncryptionConfiguration.EnableInTransitEncryption: true",
  };
}
