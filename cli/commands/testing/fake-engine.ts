import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Tool, Toolchain } from "../../../rehearsal/index.ts";
import type { EngineEvent } from "../../engine/events.ts";

/** A resource in the state that the engine tells of. */
export interface FakeResource {
  readonly type: string;
  readonly name: string;
  readonly protect?: boolean;
}

export interface FakeStack {
  /** Stacks that the backend has. */
  readonly stacks?: readonly string[];
  readonly resources?: readonly FakeResource[];
  /** What the engine tells while it works, by its command: `preview`, `up`, `refresh`, `destroy`. */
  readonly events?: Readonly<Record<string, readonly object[]>>;
  /** What kubectl says; left out: it fails. */
  readonly objects?: object;
}

/** Tools that answer from files, and write down what they were asked. */
export interface FakeEngine {
  readonly toolchain: Toolchain;
  /** Command lines that `pulumi` was called with. */
  calls(): readonly string[];
}

/** Versions up to this one write their events into a file, which a shell can do. */
const VERSION = "3.205.0";

/**
 * Makes a `pulumi` and a `kubectl` of a few lines of shell in a folder, for what commands ask of the engine and make of
 * its answers. The engine itself is for the tests that run the real one.
 */
export function fakeEngine(dir: string, { stacks = [], resources = [], events = {}, objects }: FakeStack): FakeEngine {
  const file = (name: string) => join(dir, name);
  const put = (name: string, content: unknown) => writeFileSync(file(name), JSON.stringify(content));
  mkdirSync(dir, { recursive: true });
  put(
    "stacks.json",
    stacks.map((name) => ({ name, current: false })),
  );
  put("state.json", { version: 3, deployment: { resources: resources.map((one) => stateOf(one)) } });
  for (const [command, told] of Object.entries(events))
    writeFileSync(file(`${command}.events`), told.map((event) => `${JSON.stringify(event)}\n`).join(""));
  if (objects) put("objects.json", objects);
  const tool = (name: Tool["name"], version: string, script: string): Tool => {
    const path = file(name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return { name, path, version, origin: "machine" };
  };
  const pulumi = tool(
    "pulumi",
    VERSION,
    `cd '${dir}'
echo "$*" >> calls
case "$1 $2" in
  version*) echo v${VERSION} ;;
  "stack ls") cat stacks.json ;;
  "stack export") cat state.json ;;
  "stack output") echo '{}' ;;
  "stack history") echo '[]' ;;
  stack*) ;;
  *)
    command=$1
    while [ $# -gt 0 ] && [ "$1" != --event-log ]; do shift; done
    # Who follows the file looks five times a second, and not once more at the end.
    [ ! -f $command.events ] || { cat $command.events > "$2"; sleep 0.4; }
    ! grep -q '"errorEvent"' $command.events ;;
esac`,
  );
  const kubectl = tool("kubectl", "1.36.0", `exec cat '${file("objects.json")}'`);
  const cluster = tool("plumbline-cluster", "1.36.0", "exit 1");
  return {
    toolchain: { pulumi, kubectl, cluster, crds: [], seed: "" },
    calls: () => (existsSync(file("calls")) ? readFileSync(file("calls"), "utf8").split("\n").filter(Boolean) : []),
  };
}

/** A step of the engine on a resource: as it begins, and as it has ended. */
export function step(op: string, resource: FakeResource, more: object = {}): readonly Partial<EngineEvent>[] {
  const { urn, type, ...state } = stateOf(resource);
  const metadata = { op, urn, type, old: state, new: state, detailedDiff: null, provider: "", ...more };
  return [{ resourcePreEvent: { metadata } }, { resOutputsEvent: { metadata } }] as unknown as Partial<EngineEvent>[];
}

export function summary(resourceChanges: Readonly<Record<string, number>>): object {
  return { summaryEvent: { resourceChanges, durationSeconds: 1, policyPacks: {} } };
}

function stateOf({ type, name, protect = false }: FakeResource) {
  const inputs = { metadata: { name, namespace: "shop" } };
  const urn = `urn:pulumi:staging::plumbline::${type}::${name}`;
  return { urn, type, custom: true, id: `shop/${name}`, protect, inputs, outputs: inputs };
}
