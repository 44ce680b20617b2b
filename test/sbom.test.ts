import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";

interface Component {
  readonly "bom-ref": string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly object[];
}
interface Bom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly serialNumber: string;
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}
interface Package {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const ROOT = join(import.meta.dirname, "..");
const lock: { packages: Readonly<Record<string, Package>> } = JSON.parse(
  readFileSync(join(ROOT, "package-lock.json"), "utf8"),
);
let bom: Bom;

beforeAll(async () => {
  const words = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"];
  const { stdout } = await promisify(execFile)("npm", words, { cwd: ROOT, maxBuffer: 2 ** 26 });
  bom = JSON.parse(stdout);
}, 120_000);

/** What this repository and its workspaces ask for by themselves. */
function direct(): string[] {
  const own = Object.entries(lock.packages).filter(([path]) => !path.includes("node_modules"));
  const names = own.flatMap(([, { dependencies, devDependencies }]) =>
    Object.keys({ ...dependencies, ...devDependencies }),
  );
  return [...new Set(names)].sort();
}

test("the bill of materials is CycloneDX: whole components, each once, and only their names in what hangs on what", () => {
  expect(bom).toMatchObject({ bomFormat: "CycloneDX", specVersion: expect.stringMatching(/^1\.[5-9]$/) });
  expect(bom.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(bom.components.length).toBeGreaterThan(300);
  const refs = bom.components.map((component) => component["bom-ref"]);
  expect(new Set(refs).size).toBe(refs.length);
  for (const { type, name, version, purl } of bom.components) {
    expect(type).toMatch(/^(library|application)$/);
    expect([name, version]).not.toContain("");
    expect(purl).toMatch(/^pkg:npm\/.+@.+$/);
  }
  const known = new Set([...refs, ...bom.dependencies.map(({ ref }) => ref)]);
  for (const { dependsOn } of bom.dependencies) for (const ref of dependsOn) expect(known).toContain(ref);
});

test("everything that is asked for here is in it, in the version of the lock and with its licence", () => {
  const asked = direct();
  expect(asked.length).toBeGreaterThan(40);
  const byPurl = new Map(bom.components.map((component) => [decodeURIComponent(component.purl), component]));
  for (const name of asked) {
    const version = lock.packages[`node_modules/${name}`]?.version;
    // A workspace is a link in the lock, and is in the bill under its own version.
    if (version === undefined) continue;
    const component = byPurl.get(`pkg:npm/${name}@${version}`);
    expect(component, `${name} ${version}`).toBeDefined();
    expect(component?.licenses?.length, `the licence of ${name}`).toBeGreaterThan(0);
  }
});
