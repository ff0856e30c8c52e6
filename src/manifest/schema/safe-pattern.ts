import { createContext, Script } from "node:vm";

/** A pattern of a schema takes too long. The message is a clause. */
export class SlowPatternError extends Error {
  override name = "SlowPatternError";
}

/** Maximum milliseconds per text. */
const maxMatchMs = 1_000;

/** Steps of a search that certainly take less than that. */
const harmlessSteps = 10_000_000;

/** Length of a text for which even exponential time is harmless. */
const harmlessLength = 16;

/**
 * A pattern of a schema. Some patterns take exponential time, and Node has no other regular expression engine. So a search that may
 * be exponential runs with a timeout, which costs considerably more than most searches.
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

  /** Tests a text. @throws SlowPatternError if it takes too long, and then for every further text */
  test(text: string): boolean {
    if (this.#gaveUp !== undefined) throw this.#gaveUp;
    if (isHarmless(this.#shape, text.length)) return this.#regExp.test(text);
    try {
      return interruptible(() => this.#regExp.test(text), maxMatchMs);
    } catch (error) {
      // The error belongs to the script's realm, so it is not an instance of this realm's Error.
      if ((error as { code?: unknown }).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
      const what = `the pattern ${this.#regExp.source} takes more than a second for a text of ${text.length} characters`;
      this.#gaveUp = new SlowPatternError(what);
      throw this.#gaveUp;
    }
  }
}

/** The properties of a pattern that determine its time. */
interface Shape {
  /** The number of quantifiers and alternatives that may match more or fewer characters. */
  readonly choices: number;
  /** Whether one of them is inside a repetition. */
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
  /** The choices inside the latest atom, to which a quantifier would apply. */
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

/** Runs a function with a timeout. @throws its exception, or an Error with the code ERR_SCRIPT_EXECUTION_TIMEOUT */
function interruptible<T>(run: () => T, timeoutMs: number): T {
  context ??= createContext({ run }) as { run: () => unknown };
  script ??= new Script("run()");
  context.run = run;
  return script.runInContext(context, { timeout: timeoutMs });
}
