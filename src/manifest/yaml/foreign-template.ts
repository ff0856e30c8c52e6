import { quote } from "../problem/problem.ts";

/**
 * Describes an expression of another template language, and what to write instead: `{{ … }}` of Helm, Jinja and Handlebars,
 * `{% … %}` of Jinja, `${{ … }}` of GitHub Actions.
 */
export function foreignTemplate(input: string): [what: string, next: string] {
  if (input.startsWith("${{")) {
    return [
      `${quote(input)} is an expression of GitHub Actions, and is not evaluated here`,
      "Set an environment variable to it in the workflow, list its name under env here, and write ${env.NAME}; " +
        "for the literal characters write $${{.",
    ];
  }
  return [
    `${quote(input)} belongs to a template language such as Helm's or Jinja's, and is not filled in here`,
    "Write a variable of queue-seeder, such as ${config.NAME}; quote it if the consumer is to receive it verbatim.",
  ];
}

/** Finds the expression of another template language at a column of a line, or ending there. Columns count from 0. */
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
