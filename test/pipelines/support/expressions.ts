import { data, Evaluator, Lexer, Parser } from "@actions/expressions";

/** The contexts of `${{ … }}`: `github`, `env`, `secrets` and so on. */
export type Contexts = Readonly<Record<string, unknown>>;

/** The state of the run, which only the runner knows. */
export interface Status {
  readonly failed: boolean;
}

/** Evaluates the `${{ … }}` of a text with GitHub's own implementation. @throws Error on an unknown name */
export function fill(text: string, contexts: Contexts, status: Status): string {
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_, inner: string) => evaluate(inner, contexts, status).coerceString());
}

/** Reports whether a step or job runs. A condition without a status function requires that nothing failed before. */
export function holds(condition: string | undefined, contexts: Contexts, status: Status): boolean {
  if (condition === undefined) return !status.failed;
  const inner = /^\$\{\{(.*)\}\}$/s.exec(condition.trim())?.[1] ?? condition;
  const own = /\b(always|cancelled|failure|success)\(\)/.test(inner);
  return (own || !status.failed) && evaluate(`!!(${inner})`, contexts, status).coerceString() === "true";
}

function evaluate(expression: string, contexts: Contexts, status: Status): data.ExpressionData {
  const known = functions(status);
  const { tokens } = new Lexer(expression).lex();
  const parsed = new Parser(tokens, Object.keys(contexts), [...known.values()]).parse();
  return new Evaluator(parsed, dictionary(contexts), known).evaluate();
}

function functions({ failed }: Status) {
  const define = (name: string, value: boolean) =>
    [name, { name, minArgs: 0, maxArgs: 0, call: (): data.ExpressionData => new data.BooleanData(value) }] as const;
  const hashFiles = {
    name: "hashFiles",
    minArgs: 1,
    maxArgs: 255,
    // The project of the tests has no lock file.
    call: (): data.ExpressionData => new data.StringData(""),
  };
  return new Map<string, typeof hashFiles>([
    ["hashfiles", hashFiles],
    define("always", true),
    define("cancelled", false),
    define("failure", failed),
    define("success", !failed),
  ]);
}

function dictionary(values: Contexts): data.Dictionary {
  return new data.Dictionary(...Object.entries(values).map(([key, value]) => ({ key, value: toData(value) })));
}

function toData(value: unknown): data.ExpressionData {
  if (value === undefined || value === null) return new data.Null();
  if (typeof value === "boolean") return new data.BooleanData(value);
  if (typeof value === "number") return new data.NumberData(value);
  if (typeof value === "object") return dictionary(value as Contexts);
  return new data.StringData(String(value));
}
