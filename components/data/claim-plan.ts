import type { types } from "@pulumi/kubernetes";
import { refuse } from "../core/invalid.ts";

type StatefulSetArgs = types.input.apps.v1.StatefulSet;
type ClaimArgs = types.input.core.v1.PersistentVolumeClaim;
type Texts = Readonly<Record<string, string>>;

/** A set, as far as its pods' claims follow from it: what decides how many there are and what they are called is plain. */
interface Claiming {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Texts;
    readonly annotations?: Texts;
  };
  readonly spec: {
    readonly replicas: number;
    readonly ordinals?: { readonly start?: number };
    readonly volumeClaimTemplates: readonly Template[];
  };
}

interface Template {
  readonly metadata: { readonly name: string; readonly labels?: Texts; readonly annotations?: Texts };
  readonly spec: NonNullable<ClaimArgs["spec"]>;
}

/** What a set says of its data (its class, what it steps down from) is said there; the rest is about the set. */
const OF_THE_DATA = "plumbline.dev/";

/**
 * A claim binds when its first pod is placed, which is after it was made: nothing waits for it but the set for its pods.
 * The official provider would wait until such a claim is `Pending`, which one that is bound by then never is again.
 */
const NOT_AWAITED = { "pulumi.com/skipAwait": "true" };

/**
 * The claims of a set's pods as objects of their own, under the names that the set looks for: `<template>-<set>-<ordinal>`.
 * Where a claim of that name is, the set takes it and makes none. A claim can grow; a set's templates can never change.
 *
 * Throws if a transform made something of it, by which the claims are counted or named, known only later.
 */
export function claimPlans(subject: string, set: StatefulSetArgs): ClaimArgs[] {
  if (!isClaiming(set))
    refuse(subject, [
      {
        field: "transform",
        given: "a set whose name, namespace, replicas or volume claim templates are known only later",
        allowed: "plain values: the claims of its pods are counted and named by them",
      },
    ]);
  const { metadata, spec } = set as Claiming;
  const first = spec.ordinals?.start ?? 0;
  const ordinals = Array.from({ length: spec.replicas }, (_, index) => first + index);
  return spec.volumeClaimTemplates.flatMap((template) => ordinals.map((ordinal) => claim(metadata, template, ordinal)));
}

function claim(set: Claiming["metadata"], { metadata, spec }: Template, ordinal: number): ClaimArgs {
  const said = Object.entries(set.annotations ?? {}).filter(([key]) => key.startsWith(OF_THE_DATA));
  return {
    metadata: {
      name: `${metadata.name}-${set.name}-${ordinal}`,
      namespace: set.namespace,
      labels: { ...set.labels, ...metadata.labels },
      annotations: { ...Object.fromEntries(said), ...metadata.annotations, ...NOT_AWAITED },
    },
    spec,
  };
}

function isClaiming(set: StatefulSetArgs): boolean {
  const { metadata, spec } = set as Partial<Claiming>;
  const start = spec?.ordinals?.start ?? 0;
  return (
    [metadata?.name, metadata?.namespace].every((text) => typeof text === "string") &&
    [spec?.replicas, start].every(Number.isInteger) &&
    Array.isArray(spec?.volumeClaimTemplates) &&
    spec.volumeClaimTemplates.every((template) => typeof template?.metadata?.name === "string")
  );
}
