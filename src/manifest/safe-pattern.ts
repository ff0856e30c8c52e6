import { createContext, Script } from "node:vm";

/** A pattern of a schema that takes too long. The message is a clause for people. */
export class SlowPatternError extends Error {}

/** How long one text may take. */
const maxMatchMs = 1_000;

/** Steps of a search that surely take less than that. */
const harmlessSteps = 10_000_000;

/** Characters of a text for which even a doubling with each of them is harmless. */
const harmlessLength = 16;

/**
 * A pattern of a schema. Some patterns take time that doubles with each character of the text; Node has no other pattern of the
 * same meaning, so a search that may be such a one is interrupted, which costs a good deal more than most searches do.
 */
export class Pattern {
  readonly #regExp: RegExp;
  readonly #shape: Shape;
  #gaveUp: SlowPatternError | undefined;

  /** @throws SyntaxError */
  constructor(source: string) {
    this.#regExp = new RegExp(source, "u");
    this.#shape = parseShape(source);
  }

  /** @throws SlowPattern, at once after the first time */
  test(text: string): boolean {
    if (this.#gaveUp !== undefined) throw this.#gaveUp;
    if (isHarmless(this.#shape, text.length)) return this.#regExp.test(text);
    try {
      return interruptible(() => this.#regExp.test(text), maxMatchMs);
    } catch (error) {
      // Of the script's own realm, so no instance of the Error here.
      if ((error as { code?: unknown }).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
      const what = `the pattern ${this.#regExp.source} takes more than a second for a text of ${text.length} characters`;
      this.#gaveUp = new SlowPatternError(what);
      throw this.#gaveUp;
    }
  }
}

/** What a pattern's time depends on. */
interface Shape {
  /** Places where it may take more or fewer characters. */
  readonly choices: number;
  /** Whether such a place is inside something that is repeated. */
  readonly nested: boolean;
}

function isHarmless({ choices, nested }: Shape, length: number): boolean {
  return nested ? length <= harmlessLength : length ** (choices + 1) <= harmlessSteps;
}

const token = /\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:<?[=!]|[:]|<[^>]*>))?|\)|\||[*+?]|\{(\d+)(,(\d*))?\}|./gsu;

function parseShape(source: string): Shape {
  let nested = false;
  const open = [{ choices: 0 }];
  const top = () => open.at(-1) ?? { choices: 0 };
  /** Choices within what a quantifier would be about. */
  let within = 0;
  for (const [text, least, comma, most] of source.matchAll(token)) {
    const counted = least !== undefined;
    if (text.startsWith("(")) {
      open.push({ choices: 0 });
    } else if (text === ")") {
      within = (open.length > 1 ? open.pop() : undefined)?.choices ?? 0;
      top().choices += within;
      continue;
    } else if (text === "|") {
      top().choices += 1;
    } else if (counted || /^[*+?]$/.test(text)) {
      const once = text === "?" || (counted && Number(most ?? least) === 1);
      nested ||= !once && within > 0;
      if (!counted || comma !== undefined) top().choices += 1;
    }
    within = 0;
  }
  return { choices: open.reduce((sum, { choices }) => sum + choices, 0), nested };
}

let context: { run: () => unknown } | undefined;
let script: Script | undefined;

/** @throws what `run` throws; an Error with the code ERR_SCRIPT_EXECUTION_TIMEOUT */
function interruptible<T>(run: () => T, timeoutMs: number): T {
  context ??= createContext({ run }) as { run: () => unknown };
  script ??= new Script("run()");
  context.run = run;
  return script.runInContext(context, { timeout: timeoutMs });
}
