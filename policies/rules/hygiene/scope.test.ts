import { expect, test } from "vitest";
import { StackObject } from "../../core/stack-object.ts";
import { isObject, scopeOf } from "./scope.ts";

const object = (type: string) => new StackObject({ type, name: "a", props: {} });

test.each([
  ["kubernetes:core/v1:Pod", "namespace"],
  ["kubernetes:networking.k8s.io/v1:Ingress", "namespace"],
  ["kubernetes:argoproj.io/v1alpha1:Rollout", "namespace"],
  ["kubernetes:core/v1:Namespace", "cluster"],
  ["kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "cluster"],
  ["kubernetes:gateway.networking.k8s.io/v1:GatewayClass", "unknown"],
  ["kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass", "unknown"],
  ["kubernetes:cert-manager.io/v1:ClusterIssuer", "unknown"],
  ["aws:s3/bucket:Bucket", "unknown"],
])("%s belongs to a %s", (type, scope) => expect(scopeOf(object(type))).toBe(scope));

test.each([
  ["kubernetes:core/v1:Pod", true],
  ["kubernetes:helm.sh/v3:Release", false],
  ["kubernetes:yaml:ConfigFile", false],
  ["aws:s3/bucket:Bucket", false],
])("%s is an object of Kubernetes: %s", (type, is) => expect(isObject(object(type))).toBe(is));
