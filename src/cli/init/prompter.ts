import { createInterface, type Interface } from "node:readline/promises";
import { InvalidArgumentError } from "commander";
import { type NamedQueue, parseAccountOption, parseIdentifier, parseQueueOption } from "../shared/options.ts";
import type { Answers } from "./answers.ts";
import { type Pipeline, pipelines } from "./flags.ts";

/** Asks the user questions. */
export interface Prompter extends Disposable {
  /** Asks for every answer that is not in `given`; an empty answer selects the default. */
  answers(given: Partial<Answers>, byDefault: Answers): Promise<Answers>;
  /** Asks whether to replace a file; an empty answer means no. */
  mayReplace(path: string): Promise<boolean>;
}

/** Creates a prompter for a terminal. Its methods throw an Error named AbortError on Ctrl-C and Ctrl-D. */
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
        (await askUntilValid(ask, "Cloudflare account id (empty: use CLOUDFLARE_ACCOUNT_ID)", "", parseAccount));
      const ci =
        given.ci ?? (await askUntilValid(ask, `Pipeline (${pipelines.join(", ")})`, byDefault.ci, parsePipeline));
      const { transport = byDefault.transport } = given;
      return { name, stack, queues, account: accountId, transport, ci };
    },
    async mayReplace(path) {
      return /^y(es)?$/i.test((await ask(`${path} exists. Replace it? [y/N] `)).trim());
    },
    [Symbol.dispose]: () => terminal.close(),
  };
}

type AskFunction = (question: string) => ReturnType<Interface["question"]>;

/** Repeats the question until the answer is valid. */
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
