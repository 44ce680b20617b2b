import type { LocalWorkspace, Stack } from "@pulumi/pulumi/automation/index.js";
import type { EngineHome } from "../../rehearsal/index.ts";
import type { Interrupt } from "../interrupt.ts";
import { bareCall } from "./bare-call.ts";
import { ownerEnvironment } from "./owner.ts";

/** Which stack, of which program, with which engine. */
export interface StackPlace {
  /** Name of the stack: that of the environment. */
  readonly name: string;
  /** Folder of the Pulumi project. */
  readonly projectDir: string;
  readonly home: EngineHome;
  /** Environment of the engine: the home's, or changed where the state does not live in it. */
  readonly env: Readonly<Record<string, string>>;
}

/** The Automation API takes half a second to load: only those wait for it who get as far as using it. */
const automation = () => import("@pulumi/pulumi/automation/index.js");

/** Opens a stack, and makes it if there is none. The engine and all its plugins see the place's environment. */
export async function openStack(place: StackPlace, { asked }: Interrupt): Promise<Stack> {
  const { Stack } = await automation();
  const workspace = await openWorkspace(place);
  return bareCall(asked, () => Stack.createOrSelect(place.name, workspace));
}

/** Opens a stack, or gives undefined if there is none. */
export async function findStack(place: StackPlace, { asked }: Interrupt): Promise<Stack | undefined> {
  const { Stack } = await automation();
  const workspace = await openWorkspace(place);
  const known = await bareCall(asked, () => workspace.listStacks());
  if (!known.some(({ name }) => name === place.name)) return undefined;
  return bareCall(asked, () => Stack.select(place.name, workspace));
}

async function openWorkspace({ projectDir, home, env }: StackPlace): Promise<LocalWorkspace> {
  for (const name of home.unset) delete process.env[name];
  const { LocalWorkspace, PulumiCommand } = await automation();
  // It asks for a version in this process's environment, and the CLI keeps a log of that in its home: not in the person's.
  process.env.PULUMI_HOME = home.env.PULUMI_HOME;
  const pulumiCommand = await PulumiCommand.get({ root: home.dir });
  return LocalWorkspace.create({ workDir: projectDir, pulumiCommand, envVars: { ...env, ...ownerEnvironment() } });
}
