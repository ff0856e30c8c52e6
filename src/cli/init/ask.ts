import { createInterface, type Interface } from "node:readline/promises";
import { InvalidArgumentError } from "commander";
import { account, identifier, type NamedQueue, queue } from "../shared/options.ts";
import type { Answers } from "./answers.ts";
import { type Pipeline, pipelines } from "./flags.ts";

/** Someone who answers. */
export interface Person extends Disposable {
  /** Asks for what is not given yet; an empty answer takes the default. */
  answers(given: Partial<Answers>, byDefault: Answers): Promise<Answers>;
  /** Asks whether a file may be replaced; an empty answer is no. */
  mayReplace(path: string): Promise<boolean>;
}

/** A person at a terminal. The questions go to stderr. @throws Error with name AbortError on Ctrl-C and Ctrl-D */
export function personAt(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Person {
  const terminal = createInterface({ input, output });
  const left = new AbortController();
  terminal.once("close", () => left.abort());
  const ask: Ask = (question) => terminal.question(question, { signal: left.signal });
  return {
    async answers(given, byDefault) {
      const name = given.name ?? (await until(ask, "Name of the Pulumi project", byDefault.name, identifier));
      const stack = given.stack ?? (await until(ask, "Name of the first stack", byDefault.stack, identifier));
      const queues =
        given.queues ??
        (await until(ask, "Queues, as NAME to create one or NAME=ID for one that exists", "orders", parseQueues));
      const accountId =
        given.account ??
        (await until(ask, "Cloudflare account id (empty: CLOUDFLARE_ACCOUNT_ID counts)", "", parseAccount));
      const ci = given.ci ?? (await until(ask, `Pipeline (${pipelines.join(", ")})`, byDefault.ci, parsePipeline));
      return { name, stack, queues, account: accountId, ci };
    },
    async mayReplace(path) {
      return /^y(es)?$/i.test((await ask(`${path} exists. Replace it? [y/N] `)).trim());
    },
    [Symbol.dispose]: () => terminal.close(),
  };
}

type Ask = (question: string) => ReturnType<Interface["question"]>;

/** Asks again until the answer can be used. */
async function until<T>(ask: Ask, question: string, byDefault: string, parse: (text: string) => T): Promise<T> {
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
  return parts.reduce<readonly NamedQueue[]>((before, part) => queue(part, before), []);
}

function parseAccount(text: string): string | undefined {
  return text === "" ? undefined : account(text);
}

function parsePipeline(text: string): Pipeline {
  const found = pipelines.find((each) => each === text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`Write one of ${pipelines.join(", ")}.`);
}
