import { KeyIndex } from "../../core/key-index.ts";
import { type Violation, violation } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { someKnown } from "../../core/unknown.ts";

const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";
const BALANCERS = new Set(["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"]);
const REST_STAGE = "aws:apigateway/stage:Stage";
const HTTP_STAGE = "aws:apigatewayv2/stage:Stage";
const ASSOCIATIONS = new Set([
  "aws:wafv2/webAclAssociation:WebAclAssociation",
  "aws:wafregional/webAclAssociation:WebAclAssociation",
]);
const METHOD_SETTINGS = "aws:apigateway/methodSettings:MethodSettings";

/** Web ACLs that are tied to something, by each part of its ARN: the ARN is known, the something's own is not among its inputs. */
const TIED = new KeyIndex(
  ({ resource }) => ASSOCIATIONS.has(resource.type),
  (association) => partsOf(association.root.at("resourceArn").text() ?? ""),
);
const THROTTLED = new KeyIndex(
  ({ resource }) => resource.type === METHOD_SETTINGS,
  function* (settings) {
    yield settings.root.at("stageName").text() ?? "";
  },
);

/** Whether it lets requests of the world in: CloudFront, an application load balancer, a stage of API Gateway. */
export function isAwsEntry({ resource: { type } }: StackObject): boolean {
  return type === DISTRIBUTION || BALANCERS.has(type) || type === REST_STAGE || type === HTTP_STAGE;
}

/** What is wrong with an entry that has no web ACL, and no limit of its own. */
export function* awsEntry(object: StackObject, stack: Stack): Generator<Violation> {
  const { type } = object.resource;
  if (type === DISTRIBUTION) {
    const acl = object.root.at("webAclId");
    if (!acl.text()) yield violation(acl, "the ARN of a web ACL", { fix: "webAclId: <the ACL's ARN>" });
  } else if (type === HTTP_STAGE) yield* httpStage(object);
  else yield* regional(object, stack);
}

function* httpStage(stage: StackObject): Generator<Violation> {
  const rate = stage.root.at("defaultRouteSettings", "throttlingRateLimit");
  if ((rate.number() ?? 0) > 0) return;
  yield violation(rate, "a number of requests a second", { fix: `${rate.path}: 100` });
}

function* regional(object: StackObject, stack: Stack): Generator<Violation> {
  if (BALANCERS.has(object.resource.type) && !isPublic(object)) return;
  const holds = [() => isTied(object, stack), () => object.resource.type === REST_STAGE && isThrottled(object, stack)];
  if (someKnown(holds, (is) => is())) return;
  yield {
    path: "",
    given: "tied to no web ACL",
    wanted: "a web ACL",
    fix: "add an aws:wafv2/webAclAssociation:WebAclAssociation with its arn as resourceArn",
  };
}

function isPublic(balancer: StackObject): boolean {
  const type = balancer.root.at("loadBalancerType").text() ?? "application";
  return type === "application" && balancer.root.at("internal").boolean() !== true;
}

function isTied(object: StackObject, stack: Stack): boolean {
  const names = [object.resource.name, ...["name", "stageName"].flatMap((key) => object.root.at(key).text() ?? [])];
  return someKnown(names, (name) =>
    anyOf(TIED.candidates(stack, name), (association) =>
      partsOf(association.root.at("resourceArn").text() ?? "").includes(name),
    ),
  );
}

function isThrottled(stage: StackObject, stack: Stack): boolean {
  const name = stage.root.at("stageName").text() ?? "";
  return anyOf(THROTTLED.candidates(stack, name), ({ root }) => {
    const rate = root.at("settings", "throttlingRateLimit").number() ?? 0;
    return root.at("stageName").text() === name && rate > 0;
  });
}

/** `arn:aws:elasticloadbalancing:eu-central-1:1:loadbalancer/app/shop/50dc6c495c0c9188` has `shop` among its parts. */
function partsOf(arn: string): string[] {
  return arn.split(/[^\w-]+/).filter((part) => part !== "");
}
