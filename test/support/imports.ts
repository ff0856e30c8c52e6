import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript";

/** The imports of each file, by path from the repository's root; packages by their specifier. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Reads every module below the folders. */
export function readImports(root: string, folders: readonly string[]): ImportGraph {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(ts|js|mjs|cjs)$/.test(file))
      .map((file) => posix.join(folder, file)),
  );
  return new Map(files.map((file) => [file, importsOf(file, readFileSync(join(root, file), "utf8"))]));
}

/** Returns all imports of a module: of values and of types, re-exports, `import()` as a call and as a type, `require`. */
export function importsOf(file: string, text: string): readonly string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const add = (node: ts.Node | undefined) => {
    if (node === undefined || !ts.isStringLiteralLike(node)) return;
    const path = node.text;
    found.push(path.startsWith(".") ? posix.join(posix.dirname(file), path) : path);
  };
  const visit = (node: ts.Node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal);
    else if (ts.isCallExpression(node) && isImport(node.expression)) add(node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isImport(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === "require");
}

/** Returns the import cycles, each with all its files (Tarjan's algorithm). */
export function findCycles(graph: ImportGraph): readonly (readonly string[])[] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const cycles: string[][] = [];
  const low = (file: string) => lowest.get(file) ?? 0;
  const visit = (file: string) => {
    order.set(file, order.size);
    lowest.set(file, order.size - 1);
    open.push(file);
    for (const to of graph.get(file) ?? []) {
      if (!graph.has(to)) continue;
      if (!order.has(to)) visit(to);
      if (open.includes(to)) lowest.set(file, Math.min(low(file), low(to)));
    }
    if (low(file) !== order.get(file)) return;
    const circle = open.splice(open.indexOf(file));
    if (circle.length > 1 || graph.get(file)?.includes(file)) cycles.push(circle.sort());
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return cycles;
}

/** A part of the tree, by a pattern of its files' paths, and what it may import in addition to itself. */
export interface Layer {
  readonly part: RegExp;
  readonly may: readonly RegExp[];
}

/** Returns the imports that no layer allows, as `file -> imported`. A file belongs to the first layer whose part matches. */
export function wrongDirections(graph: ImportGraph, layers: readonly Layer[]): readonly string[] {
  return [...graph].flatMap(([file, imports]) => {
    const layer = layers.find(({ part }) => part.test(file));
    if (layer === undefined) return [`${file} is in no part of the table`];
    return imports.filter((to) => !isAllowed(file, to, layer)).map((to) => `${file} -> ${to}`);
  });
}

function isAllowed(file: string, to: string, { part, may }: Layer): boolean {
  const [own] = part.exec(file) ?? [];
  const isHere = part.exec(to)?.[0] === own;
  return isHere || may.some((other) => other.test(to));
}
