import { type Document, isNode, type ParsedNode, parseAllDocuments, type YAMLError } from "yaml";
import type { JsonValue } from "../../types.ts";
import type { TextFile } from "../files/text-file.ts";
import { createProblem, toPrintable } from "../problem/problem.ts";
import type { ProblemCollector } from "../problem/problem-collector.ts";
import { foreignTemplate, foreignTemplateAt } from "./foreign-template.ts";
import { type YamlToJsonResult, yamlToJson } from "./yaml-to-json.ts";

/** A YAML document: its nodes for locations, its value for everything else. */
export interface ManifestDocument extends YamlToJsonResult {
  readonly file: TextFile;
  /** Its number in the file, from 1. */
  readonly number: number;
  /** Whether all of it has a JSON equivalent; otherwise the value contains approximations. */
  readonly isValid: boolean;
  readonly root: ParsedNode;
  readonly value: JsonValue;
}

/** The documents of a file. */
export interface ParsedDocuments {
  readonly documents: readonly ManifestDocument[];
  /** False if documents were omitted, because they are invalid or empty. */
  readonly complete: boolean;
}

/** Splits a file into its documents. Invalid and empty documents are reported and omitted. */
export function parseDocuments(file: TextFile, problems: ProblemCollector): ParsedDocuments {
  // Warnings, such as unknown tags, are handled below. `yamlToJson` compares keys without quadratic time.
  const parsed = parseAllDocuments(file.text, {
    version: "1.2",
    schema: "core",
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  if (parsed.length === 0) {
    reportEmpty(file, 0, problems);
    return { documents: [], complete: false };
  }
  const documents = [...parsed].flatMap((document, index) => toDocument(file, document, index + 1, problems) ?? []);
  return { documents, complete: documents.length === parsed.length };
}

function toDocument(
  file: TextFile,
  document: Document.Parsed,
  number: number,
  problems: ProblemCollector,
): ManifestDocument | undefined {
  const failure = document.errors[0] ?? document.warnings.find(({ code }) => code === "BAD_DIRECTIVE");
  if (failure !== undefined) {
    // Only the first error: later ones in the same document are usually its consequences.
    reportSyntax(file, document.range[0], failure, problems);
    return undefined;
  }
  if (document.directives.yaml.explicit && document.directives.yaml.version !== "1.2") {
    const what = `YAML ${document.directives.yaml.version} parses words like yes and 010 differently from YAML 1.2`;
    const at = file.text.lastIndexOf("%YAML", document.range[0]);
    problems.add(createProblem("YAML_DIRECTIVE", file.locationAt(Math.max(at, 0)), what, "Remove the %YAML line."));
    return undefined;
  }
  const root = document.contents;
  if (!isNode(root) || (root.range[0] === root.range[1] && !root.tag && !root.anchor)) {
    reportEmpty(file, document.range[0], problems);
    return undefined;
  }
  const before = problems.errors;
  const converted = yamlToJson(file, root, problems);
  return { ...converted, file, number, root, isValid: problems.errors === before };
}

function reportEmpty(file: TextFile, offset: number, problems: ProblemCollector): void {
  const next = "Write a manifest here, or remove the document with the `---` before it.";
  problems.add(createProblem("EMPTY_DOCUMENT", file.locationAt(offset), "the document is empty", next));
}

/** Hints for the common errors of the YAML library. */
const remedies: Partial<Record<YAMLError["code"], string>> = {
  TAB_AS_INDENT: "Indent with spaces.",
  BAD_INDENT: "Make the indentation of the lines here the same, or close the bracket that is open.",
  BLOCK_AS_IMPLICIT_KEY: "Put the text in quotes when it contains `: `, or start a new line for the inner key.",
  BAD_SCALAR_START: "Put the text in quotes.",
  MISSING_CHAR: "Add the missing character, or put the text in quotes.",
  UNEXPECTED_TOKEN: "Put the text in quotes when it contains one of { } [ ] , # & * or a quote.",
  MULTILINE_IMPLICIT_KEY: "Add the missing `:` after a key, or indent the continuation lines.",
};

function reportSyntax(file: TextFile, start: number, failure: YAMLError, problems: ProblemCollector): void {
  if (failure.code === "RESOURCE_EXHAUSTION") {
    // The depth at which the library fails depends on the call stack.
    const what = "values in this document are nested too deeply to be read";
    problems.add(createProblem("NESTING_LIMIT", file.locationAt(start), what, "Reduce the nesting."));
    return;
  }
  const lineStart = file.text.lastIndexOf("\n", failure.pos[0] - 1) + 1;
  const [line = ""] = file.text.slice(lineStart).split("\n", 1);
  const template = foreignTemplateAt(line, failure.pos[0] - lineStart);
  if (template !== undefined) {
    const at = file.locationAt(lineStart + template.index);
    problems.add(createProblem("TEMPLATE_FOREIGN", at, ...foreignTemplate(template.written)));
    return;
  }
  const location = file.locationAt(Math.min(failure.pos[0], file.text.length));
  if (failure.code === "BAD_DIRECTIVE") {
    problems.add(createProblem("YAML_DIRECTIVE", location, "unknown directive", "Remove the line, or quote its text."));
    return;
  }
  const message = toPrintable(failure.message.split("\n", 1)[0] ?? "").replace(/[.:\s]+$/, "");
  problems.add(createProblem("YAML_SYNTAX", location, message, remedies[failure.code] ?? "Correct the YAML here."));
}
