import type * as pulumi from "@pulumi/pulumi";
import { type Problem, refuse } from "../core/invalid.ts";
import { isDnsLabel } from "../core/names.ts";
import {
  CONFIG_ROOT,
  type Consumer,
  CREDENTIALS_ROOT,
  type Destination,
  environmentPrefix,
  type Grant,
  type IssuerRef,
  type Signer,
  type Usable,
} from "../core/usage.ts";
import { certificateSecret } from "../edge/certificate-plan.ts";
import type { Address } from "./calls/directory.ts";
import type { Sidecar } from "./calls/sidecar.ts";

/** A relation with what it grants. */
export interface Relation {
  readonly name: string;
  readonly grant: Grant;
}

/** What all relations of a workload come to. */
export interface RelationsPlan {
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  readonly volumes: readonly RelationVolume[];
  readonly peers: readonly Destination[];
  readonly issuers: readonly Signer[];
  readonly revisions: Readonly<Record<string, string>>;
  readonly dependsOn: readonly pulumi.Resource[];
  /** The proxy that makes its calls; undefined if it makes none. */
  readonly calls?: CallsPlan;
}

/** What a workload's pods have for its calls; what is only known when the program has run to its end is an output. */
interface CallsPlan extends Sidecar {
  /** Of its pods: the proxy's configuration. */
  readonly annotations: Readonly<Record<string, pulumi.Output<string>>>;
  readonly callees: pulumi.Output<readonly Address[]>;
}

/** Files of one relation in one folder: its credentials, or its configuration. */
export interface RelationVolume {
  readonly name: string;
  readonly mountPath: string;
  readonly sources: readonly VolumeSource[];
}

type VolumeSource = ({ readonly secret: string } | { readonly configMap: string }) & {
  /** All where none are named. */
  readonly keys?: readonly string[];
};

/** The file with the authorities that a relation's server certificate is checked against. */
const CA_FILE = "ca.crt";
/** More relations than this in one workload are two services in one, or a loop in the program. */
const MOST_RELATIONS = 32;

/** What is wrong with a list of relations; asked before any of them is granted. */
export function relationProblems(uses: readonly Usable[]): Problem[] {
  const problems: Problem[] = [];
  if (uses.length > MOST_RELATIONS)
    problems.push({ field: "uses", given: uses.length, allowed: `at most ${MOST_RELATIONS} relations` });
  const seen = new Map<string, number>();
  for (const [index, { usableName }] of uses.entries()) {
    const first = seen.get(usableName);
    const field = `uses[${index}]`;
    if (!isDnsLabel(usableName))
      problems.push({ field, given: usableName, allowed: "a relation named by a DNS label" });
    else if (first !== undefined)
      problems.push({
        field,
        given: usableName,
        allowed: `each relation once; uses[${first}] has this name too, and both would fill ${environmentPrefix(usableName)}_*`,
      });
    else seen.set(usableName, index);
  }
  return problems;
}

/** Has each relation granted to the consumer. */
export function relate(uses: readonly Usable[], consumer: Consumer): Relation[] {
  return uses.map((usable) => ({ name: usable.usableName, grant: usable.grant(consumer) }));
}

/** Name of the certificate, signed by an issuer, that a workload shows to what it uses. */
export function identityName(workload: string, issuer: IssuerRef): string {
  return `${workload}-${issuer.name}`;
}

/** Turns grants into environment, volumes and peers. */
export function relationsPlan(workload: string, relations: readonly Relation[]): RelationsPlan {
  const issuers = relations.flatMap(({ grant }) => grant.issuer ?? []);
  return {
    environment: distinct(workload, relations.map(relationEnvironment)),
    volumes: relations
      .flatMap((relation) => [credentialsVolume(workload, relation), configVolume(relation)])
      .filter(({ sources }) => sources.length > 0),
    peers: relations.flatMap(({ grant }) => grant.peers),
    issuers: [...new Map(issuers.map((issuer) => [issuer.ref.name, issuer])).values()],
    revisions: Object.fromEntries(relations.map(({ name, grant }) => [name, grant.revision])),
    dependsOn: relations.flatMap(({ grant }) => grant.dependsOn),
  };
}

/** All variables of all relations. Refuses two that would fill the same one. */
function distinct(
  workload: string,
  parts: readonly Readonly<Record<string, pulumi.Input<string>>>[],
): Record<string, pulumi.Input<string>> {
  const names = parts.flatMap((part) => Object.keys(part));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    refuse(workload, [{ field: "uses", given: twice, allowed: "relations of which no two fill this variable" }]);
  return Object.assign({}, ...parts);
}

function relationEnvironment({ name, grant }: Relation): Record<string, pulumi.Input<string>> {
  const prefix = environmentPrefix(name);
  const environment: Record<string, pulumi.Input<string>> = {};
  for (const [part, value] of Object.entries(grant.environment)) environment[`${prefix}_${part}`] = value;
  for (const [part, { key }] of Object.entries(grant.files))
    environment[`${prefix}_${part}_FILE`] = `${CREDENTIALS_ROOT}/${name}/${key}`;
  if (grant.config?.key) environment[`${prefix}_FILE`] = `${CONFIG_ROOT}/${name}/${grant.config.key}`;
  else if (grant.config) environment[`${prefix}_FOLDER`] = `${CONFIG_ROOT}/${name}`;
  if (grant.issuer ?? grant.authorities) environment[`${prefix}_CA_FILE`] = `${CREDENTIALS_ROOT}/${name}/${CA_FILE}`;
  return environment;
}

function credentialsVolume(workload: string, { name, grant }: Relation): RelationVolume {
  const keys = new Map<string, string[]>();
  for (const { secret, key } of Object.values(grant.files)) keys.set(secret, [...(keys.get(secret) ?? []), key]);
  if (grant.issuer) keys.set(certificateSecret(identityName(workload, grant.issuer.ref)), [CA_FILE]);
  const sources: VolumeSource[] = [...keys].map(([secret, items]) => ({ secret, keys: items }));
  if (grant.authorities) sources.push({ ...grant.authorities, keys: [CA_FILE] });
  return { name: `uses-${name}`, mountPath: `${CREDENTIALS_ROOT}/${name}`, sources };
}

/** A folder of its own: the kubelet brings mounted folders up to date, and never a single mounted file. */
function configVolume({ name, grant: { config } }: Relation): RelationVolume {
  const { configMap, key } = config ?? {};
  const sources = configMap === undefined ? [] : [{ configMap, ...(key !== undefined && { keys: [key] }) }];
  return { name: `config-${name}`, mountPath: `${CONFIG_ROOT}/${name}`, sources };
}
