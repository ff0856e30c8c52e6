import ts from "typescript";
import { parsePage } from "../docs/support/pages.ts";

/** A comment, a string literal or a paragraph: one text for a reader. */
export interface Text {
  /** 1-based. */
  readonly line: number;
  /** On one line, without comment markers; code is replaced by "…". */
  readonly text: string;
}

/** Extracts the texts for readers from a file: not its identifiers, its module names or its data. */
export function readTexts(path: string, source: string): readonly Text[] {
  const ending = path.slice(path.lastIndexOf(".") + 1);
  if (["ts", "js", "mjs", "cjs"].includes(ending)) return readScript(path, source);
  if (ending === "md") return readPage(path, source);
  if (ending === "json") return readDescriptions(source);
  if (ending === "html") return readParagraphs(source.replace(/<[^>]*>/g, (tag) => tag.replace(/[^\n]/g, " ")));
  if (["yml", "yaml"].includes(ending)) return [...readHashComments(source, "#"), ...readYamlDescriptions(source)];
  if (["sh", "go", "py"].includes(ending) || path === "Dockerfile")
    return readHashComments(source, ending === "go" ? "//" : "#");
  if (ending === "css") return blockComments(source);
  return [];
}

function readYamlDescriptions(source: string): Text[] {
  return source.split("\n").flatMap((line, index) => {
    const text = /^\s*description:\s*(.+)$/.exec(line)?.[1];
    return text === undefined ? [] : [{ line: index + 1, text }];
  });
}

function readScript(path: string, source: string): readonly Text[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const texts: Text[] = [];
  const rest = [...source];
  const lineOf = (at: number) => file.getLineAndCharacterOfPosition(at).line + 1;
  const blank = (from: number, to: number) => {
    for (let at = from; at < to; at += 1) if (rest[at] !== "\n") rest[at] = " ";
  };
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
      if (!isName(node)) texts.push({ line: lineOf(node.getStart()), text: oneLine(node.text) });
      blank(node.getStart(), node.end);
    } else if (ts.isTemplateExpression(node)) {
      const parts = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
      texts.push({ line: lineOf(node.getStart()), text: oneLine(parts.join("…")) });
      for (const part of [node.head, ...node.templateSpans.map(({ literal }) => literal)])
        blank(part.getStart(), part.end);
      for (const { expression } of node.templateSpans) visit(expression);
    } else if (ts.isRegularExpressionLiteral(node)) blank(node.getStart(), node.end);
    else ts.forEachChild(node, visit);
  };
  ts.forEachChild(file, visit);
  return [...texts, ...blockComments(rest.join("")), ...lineComments(rest.join(""), "//")];
}

/** Reports whether a literal names a module, a property or a type's member instead of saying something. */
function isName({ parent }: ts.Node): boolean {
  return (
    ts.isImportDeclaration(parent) ||
    ts.isExportDeclaration(parent) ||
    ts.isLiteralTypeNode(parent) ||
    ts.isElementAccessExpression(parent)
  );
}

function blockComments(source: string): Text[] {
  return [...source.matchAll(/\/\*([\s\S]*?)\*\//g)].flatMap(({ 1: text = "", index }) =>
    paragraphs(text.replace(/^[ \t]*\*+/gm, ""), source.slice(0, index).split("\n").length),
  );
}

/** Joins comments on consecutive lines into one text. */
function lineComments(source: string, marker: string): Text[] {
  const texts: { line: number; last: number; text: string }[] = [];
  const comment = new RegExp(`(?:^|[ \\t])${marker}+(?!!)(.*)$`);
  const withoutBlocks = source.replace(/\/\*[\s\S]*?\*\//g, (block) => block.replace(/[^\n]/g, " "));
  for (const [index, line] of withoutBlocks.split("\n").entries()) {
    const found = comment.exec(line)?.[1];
    if (found === undefined) continue;
    const before = texts.at(-1);
    if (before !== undefined && before.last === index && /^\s*(?:\/\/|#)/.test(line)) {
      before.text += `\n${found}`;
      before.last = index + 1;
    } else texts.push({ line: index + 1, last: index + 1, text: found });
  }
  return texts.map(({ line, text }) => ({ line, text: oneLine(text) }));
}

function readHashComments(source: string, marker: string): readonly Text[] {
  return lineComments(source, marker);
}

function readPage(path: string, source: string): readonly Text[] {
  const { prose } = parsePage(path, source);
  const lines = source.split("\n");
  const spoken = prose.replace(/`[^`]*`/g, (code) => `…${code.replace(/[^\n]/g, "")}`);
  return paragraphs(spoken.replace(/^(#+ .*)$/gm, "$1\n").replace(/^([-*|] ?|\d+\. )/gm, "\n$1"), 1).map(({ text }) => {
    // The words of the paragraph without code, which are on one of its first lines.
    const words = text.split("…").find((part) => part.trim().length > 10) ?? text;
    const line = lines.findIndex((each) => each.includes(words.trim().slice(0, 25)));
    return { line: line + 1, text };
  });
}

function readParagraphs(source: string): readonly Text[] {
  return paragraphs(source, 1);
}

function paragraphs(source: string, firstLine: number): Text[] {
  const texts: Text[] = [];
  let at = 0;
  for (const part of source.split(/\n[ \t]*\n/)) {
    const line = firstLine + source.slice(0, at).split("\n").length - 1;
    if (part.trim() !== "") texts.push({ line, text: oneLine(part) });
    at = source.indexOf(part, at) + part.length;
  }
  return texts;
}

/** Reads the descriptions of a JSON Schema. */
function readDescriptions(source: string): readonly Text[] {
  return source.split("\n").flatMap((line, index) => {
    const text = /"(?:description|markdownDescription|title)":\s*"((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
    return text === undefined ? [] : [{ line: index + 1, text: text.replaceAll('\\"', '"') }];
  });
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
