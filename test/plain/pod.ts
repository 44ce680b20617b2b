import { type Changes, changed } from "./change.ts";
import { type Objects, SHOP } from "./objects.ts";

// biome-ignore lint/suspicious/noExplicitAny: a pod's specification as it goes to the API server.
type Any = any;
type Held = Readonly<Record<string, string>>;

/** A container as a process. */
export interface Container {
  /** What its texts say, and what they say here. */
  readonly changes: Changes;
  /** Files of its ConfigMaps and Secrets, by path. */
  readonly files: ReadonlyMap<string, string>;
  /** Folders that it writes to. */
  readonly folders: readonly string[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** A pod of a set or a job, as this machine has it. */
export interface Where {
  readonly objects: Objects;
  readonly pod: string;
  /** The pod's; that of the stores by default. */
  readonly namespace?: string;
  /** What is mounted lies below it. */
  readonly folder: string;
  /** What differs beside mounts: names of hosts, where programs are. */
  readonly changes: Changes;
  /** What is told by the node and the API server, by the path of the field. */
  readonly fields?: Readonly<Record<string, string>>;
}

/**
 * One container of a pod's template as a process: the same command, environment and files, with each mount a folder of its own. Volumes
 * that are written to belong to the pod, as its containers share them.
 */
export function containerOf(
  template: Any,
  name: string,
  { objects, pod, namespace, folder, changes, fields = {} }: Where,
): Container {
  const { initContainers = [], containers, volumes } = template.spec;
  const container = [...initContainers, ...containers].find((each: Any) => each.name === name);
  const placed = container.volumeMounts.map(({ name: volume, mountPath }: Any) => {
    const source = volumes.find((each: Any) => each.name === volume) ?? {};
    const held = sourceOf(source, objects, namespace);
    return { mountPath, held, path: `${folder}/${pod}/${held ? `${name}/${volume}` : volume}` };
  });
  const all: Changes = {
    ...changes,
    ...Object.fromEntries(placed.map(({ mountPath, path }: Any) => [mountPath, path])),
  };
  const here = (text: string) => changed(text, all);
  const files = placed.flatMap(({ held, path }: Any) =>
    Object.entries(held ?? {}).map(([key, text]) => [`${path}/${key}`, here(String(text))]),
  );
  const variables = (container.env ?? []).map(({ name: variable, value, valueFrom }: Any) => [
    variable,
    here(value ?? fields[valueFrom?.fieldRef?.fieldPath] ?? ""),
  ]);
  return {
    changes: all,
    files: new Map(files),
    folders: placed.filter(({ held }: Any) => !held).map(({ path }: Any) => path),
    command: [...(container.command ?? []), ...(container.args ?? [])].map(here),
    environment: { HOSTNAME: pod, ...Object.fromEntries(variables) },
  };
}

/** A workload that uses something: what it is told, and its credentials as files. */
export function consumerOf(name: string, where: Omit<Where, "pod">): Container {
  return containerOf(where.objects.of("Deployment", name).spec.template, name, {
    ...where,
    pod: name,
    namespace: SHOP,
  });
}

/** What a volume holds from the beginning; undefined if it is written to. */
function sourceOf({ configMap, secret, projected }: Any, objects: Objects, namespace?: string): Held | undefined {
  if (projected)
    return Object.assign({}, ...projected.sources.map((source: Any) => sourceOf(source, objects, namespace)));
  const source = configMap ?? secret;
  if (!source) return undefined;
  const data = objects.data(configMap ? "ConfigMap" : "Secret", source.name ?? source.secretName, namespace);
  const items: { key: string; path: string }[] | undefined = source.items;
  return items ? Object.fromEntries(items.map(({ key, path }) => [path, data[key] ?? ""])) : data;
}
