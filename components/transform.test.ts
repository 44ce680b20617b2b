import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

/** Components without an escape hatch of their own, and why. */
const WITHOUT: Readonly<Record<string, string>> = {
  Application: "makes services, workers and tasks alone, each of which is given its own",
  AuditTrail: "what it makes hangs on the source that it is given, which has a hatch of its own",
  StoreMonitoring: "made by other components alone: no program makes one, so none could give it anything",
};

const FOLDER = import.meta.dirname;
const FILES = readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !file.endsWith(".test.ts"),
);
const SOURCES = FILES.map((file) => sourceOf(join(FOLDER, file)));
const CLASSES = SOURCES.flatMap((source) => source.statements.filter(ts.isClassDeclaration));
const COMPONENTS = CLASSES.filter(isComponent).filter(({ modifiers }) => !isAbstract(modifiers));

function sourceOf(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
}

function isAbstract(modifiers: ts.NodeArray<ts.ModifierLike> | undefined): boolean {
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword) ?? false;
}

/** Whether a class is a component, by whatever stands between. */
function isComponent(one: ts.ClassDeclaration): boolean {
  const base = one.heritageClauses?.[0]?.types[0]?.expression.getText();
  return base === "Component" || CLASSES.some((other) => other.name?.text === base && isComponent(other));
}

/** Whether the arguments of a component have a `transform`, of their own of what they extend, or beside them. */
function isTransformed(one: ts.ClassDeclaration): boolean {
  const made = one.members.find(ts.isConstructorDeclaration);
  if (made?.parameters.some(({ name }) => name.getText() === "transform")) return true;
  const type = made?.parameters[1]?.type;
  return type !== undefined && hasTransform(type, one.getSourceFile());
}

function hasTransform(type: ts.TypeNode, source: ts.SourceFile): boolean {
  if (ts.isTypeLiteralNode(type)) return type.members.some(isHatch);
  if (ts.isIntersectionTypeNode(type) || ts.isUnionTypeNode(type))
    return type.types.some((part) => hasTransform(part, source));
  return ts.isTypeReferenceNode(type) && isHatched(type.typeName.getText(), type.typeArguments, source);
}

/** `Pick` and `Omit` are taken at their word. */
function isHatched(name: string, args: readonly ts.TypeNode[] | undefined, source: ts.SourceFile): boolean {
  const [of, keys] = args ?? [];
  if (of && name === "Pick") return keys?.getText().includes('"transform"') ?? false;
  if (of && name === "Omit") return !keys?.getText().includes('"transform"') && hasTransform(of, source);
  const found = declared(name, source);
  if (!found) return false;
  if (ts.isTypeAliasDeclaration(found)) return hasTransform(found.type, found.getSourceFile());
  const bases = found.heritageClauses?.flatMap(({ types }) => [...types]) ?? [];
  return (
    found.members.some(isHatch) ||
    bases.some((base) => isHatched(base.expression.getText(), base.typeArguments, found.getSourceFile()))
  );
}

function isHatch({ name }: ts.TypeElement): boolean {
  return name?.getText() === "transform";
}

/** What a file means by the name of a type: its own, or what it imports from another file of the components. */
function declared(name: string, source: ts.SourceFile): ts.InterfaceDeclaration | ts.TypeAliasDeclaration | undefined {
  for (const statement of source.statements) {
    if ((ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) && statement.name.text === name)
      return statement;
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const bindings = statement.importClause?.namedBindings;
    const from = statement.moduleSpecifier.text;
    if (!from.startsWith(".") || !bindings || !ts.isNamedImports(bindings)) continue;
    const imported = bindings.elements.find((element) => element.name.text === name);
    const path = join(dirname(source.fileName), from);
    const other = SOURCES.find(({ fileName }) => fileName === path);
    if (imported && other) return declared((imported.propertyName ?? imported.name).text, other);
  }
  return undefined;
}

test("the components of every folder are found", () => {
  expect(COMPONENTS.length).toBeGreaterThanOrEqual(30);
  expect(COMPONENTS.map(({ name }) => name?.text)).toEqual(
    expect.arrayContaining(["Microservice", "Dashboards", "RestoreDrill", "Cluster"]),
  );
});

test("every component has an escape hatch for its children, or a reason to have none", () => {
  const without = COMPONENTS.filter((one) => !isTransformed(one)).map(({ name }) => name?.text ?? "");
  expect(without.sort()).toEqual(Object.keys(WITHOUT).sort());
});
