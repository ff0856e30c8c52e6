import { createInterface, type Interface } from "node:readline/promises";
import { InvalidArgumentError } from "commander";
import { type NamedQueue, parseAccountOption, parseIdentifier, parseQueueOption } from "../shared/options.ts";
import type { Answers } from "./answers.ts";
import { type Pipeline, pipelines } from "./flags.ts";

/** Someone who answers. */
export interface Prompter extends Disposable {
  /** Asks for what is not given yet; an empty answer takes the default. */
  answers(given: Partial<Answers>, byDefault: Answers): Promise<Answers>;
  /** Asks whether a file may be replaced; an empty answer is no. */
  mayReplace(path: string): Promise<boolean>;
}

/** A person at a terminal. The questions go to stderr. @throws Error with name AbortError on Ctrl-C and Ctrl-D */
export function createPrompter(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Prompter {
  const terminal = createInterface({ input, output });
  const left = new AbortController();
  terminal.once("close", () => left.abort());
  const ask: AskFunction = (question) => terminal.question(question, { signal: left.signal });
  return {
    async answers(given, byDefault) {
      const name =
        given.name ?? (await askUntilValid(ask, "Name of the Pulumi project", byDefault.name, parseIdentifier));
      const stack =
        given.stack ?? (await askUntilValid(ask, "Name of the first stack", byDefault.stack, parseIdentifier));
      const queues =
        given.queues ??
        (await askUntilValid(
          ask,
          "Queues, as NAME to create one or NAME=ID for one that exists",
          "orders",
          parseQueues,
        ));
      const accountId =
        given.account ??
        (await askUntilValid(ask, "Cloudflare account id (empty: CLOUDFLARE_ACCOUNT_ID counts)", "", parseAccount));
      const ci =
        given.ci ?? (await askUntilValid(ask, `Pipeline (${pipelines.join(", ")})`, byDefault.ci, parsePipeline));
      return { name, stack, queues, account: accountId, ci };
    },
    async mayReplace(path) {
      return /^y(es)?$/i.test((await ask(`${path} exists. Replace it? [y/N] `)).trim());
    },
    [Symbol.dispose]: () => terminal.close(),
  };
}

type AskFunction = (question: string) => ReturnType<Interface["question"]>;

/** Asks again until the answer can be used. */
async function askUntilValid<T>(
  ask: AskFunction,
  question: string,
  byDefault: string,
  parse: (text: string) => T,
): Promise<T> {
  let complaint = "";
  for (;;) {
    const shown = byDefault === "" ? "" : ` [${byDefault}]`;
    const answer = (await ask(`${complaint}${question}${shown}: `)).trim();
    try {
      return parse(answer === "" ? byDefault : answer);
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      complaint = `${error.message}\n`;
    }
  }
}

function parseQueues(text: string): readonly NamedQueue[] {
  const parts = text.split(/[\s,]+/).filter((part) => part !== "");
  return parts.reduce<readonly NamedQueue[]>((before, part) => parseQueueOption(part, before), []);
}

function parseAccount(text: string): string | undefined {
  return text === "" ? undefined : parseAccountOption(text);
}

function parsePipeline(text: string): Pipeline {
  const found = pipelines.find((each) => each === text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`Write one of ${pipelines.join(", ")}.`);
}
