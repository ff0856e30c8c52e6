import { quote } from "./problem.ts";

/**
 * What a piece of another tool's template language is, and what to write instead: `{{ … }}` of Helm, Jinja and Handlebars,
 * `{% … %}` of Jinja, `${{ … }}` of GitHub Actions.
 */
export function foreignTemplate(input: string): [what: string, next: string] {
  if (input.startsWith("${{")) {
    return [
      `${quote(input)} is an expression of GitHub Actions, and is not evaluated here`,
      "Set an environment variable to it in the workflow, list its name under env here, and write ${env.NAME}; " +
        "for the characters themselves write $${{.",
    ];
  }
  return [
    `${quote(input)} belongs to a template language such as Helm's or Jinja's, and is not filled in here`,
    "Write a variable of queue-seeder, such as ${config.NAME}; put it in quotes if the consumer is to get it as it stands.",
  ];
}

/** The piece of another template language that stands at a column of a line, or ends there. Columns count from 0. */
export function foreignTemplateAt(
  line: string,
  column: number,
): { readonly written: string; readonly index: number } | undefined {
  for (const { 0: input, index } of line.matchAll(piece)) {
    if (index <= column && column <= index + input.length) return { written: input, index };
  }
  return undefined;
}

const piece = /\$?\{\{[^{}]*(?:\}\})?|\{%[^{}]*\}?/g;
