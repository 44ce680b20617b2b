import { awsType, documentAt, findNamed, pointer } from "../../core/aws.ts";
import { broken, isIn } from "../../core/aws-settings.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { IN_TRANSIT, isInClear } from "./in-transit-table.ts";
import { isMesh, meshViolations } from "./mesh.ts";

const EMR = "aws:emr/securityConfiguration:SecurityConfiguration";
const LISTENER = "aws:lb/listener:Listener";
const LISTENER_RULE = "aws:lb/listenerRule:ListenerRule";

export const encryptionInTransitRequired = defineRule({
  id: "encryption-in-transit-required",
  section: "security",
  title: "Listeners, stores and meshes speak TLS, within themselves and with their clients",
  severity: "high",
  why: "whoever is on the way, in a neighbouring pod or network, reads passwords and personal data, and changes answers",
  fix: "switch TLS on where the resource is declared; a listener in clear may only redirect to HTTPS",
  frameworks: ["SOC2:CC6.7", "PCI-DSS-4.0:4.2.1", "GDPR:Art.32"],
  scope: "stack",
  optOut: "tls",
  exemptable: true,
  params: {},
  subjects: (object) => isMesh(object) || isIn(IN_TRANSIT, object) || [EMR, LISTENER_RULE].includes(awsType(object)),
  check(object, _params, stack) {
    if (isMesh(object)) return meshViolations(object);
    if (awsType(object) === EMR) return mapReduce(object);
    if (awsType(object) === LISTENER_RULE) return listenerRule(object, stack);
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

/** A listener in clear that sends browsers to HTTPS does so only for what none of its rules takes. */
function* listenerRule(object: StackObject, stack: Stack): Generator<Violation> {
  const forwards = object.root
    .at("actions")
    .items()
    .map((action) => action.at("type"))
    .filter((type) => type.text() === "forward");
  if (forwards.length === 0) return;
  const listener = findNamed(stack, LISTENER, "arn", pointer(object, LISTENER, "listenerArn"));
  if (listener === undefined || !isInClear(listener.root)) return;
  for (const type of forwards)
    yield violation(type, '"redirect", with redirect.protocol "HTTPS"', { related: [listener.label] });
}
