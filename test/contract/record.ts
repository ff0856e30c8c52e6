/** Records the outcome of the calls that third-party programs make, as docs/emulator.md shows it. */

import { stripVTControlCharacters } from "node:util";
import { expect } from "vitest";
import type { Emulator } from "../../src/emulator/index.ts";
import { type ProcessResult, spawnProcess } from "../../src/engine/child-process.ts";

/** The content of a client's file in `clients/`. */
export interface ClientRecord {
  readonly client: string;
  /** Number of calls that its user makes (a command, a method), by verdict. */
  readonly calls: Readonly<Record<Verdict, number>>;
  /** Responses to each API call: `200`, or status and code. */
  readonly routes: Readonly<Record<string, readonly string[]>>;
}

/** `refused`: the client reports the error in its own words, and the real API would refuse the call as well. */
export type Verdict = "worked" | "refused" | "wrong";

/** Counts a client's calls. The reporter of a call checks it first. */
export class Calls {
  readonly #verdicts: Record<Verdict, number> = { worked: 0, refused: 0, wrong: 0 };
  readonly #wrong: string[] = [];

  /** Adds calls that a program checked itself; the program fails if one of them is wrong. */
  add(verdict: "worked" | "refused", count: number): void {
    this.#verdicts[verdict] += count;
  }

  /** Counts a call. @param found what is wrong with it; empty if it is as expected */
  report(verdict: "worked" | "refused", found: readonly string[] = []): void {
    this.#verdicts[found.length === 0 ? verdict : "wrong"] += 1;
    this.#wrong.push(...found);
  }

  /** Compares the client's file with the counts; `vitest -u` writes it. */
  async settle(client: string, emulator: Emulator): Promise<void> {
    expect(this.#wrong).toEqual([]);
    const routes = new Map<string, Set<string>>();
    for (const { route, status, code } of emulator.requests) {
      if (route === undefined) continue;
      const answers = routes.get(route) ?? new Set();
      routes.set(route, answers.add(code === undefined ? String(status) : `${status} ${code}`));
    }
    const record: ClientRecord = {
      client,
      calls: this.#verdicts,
      routes: Object.fromEntries([...routes.keys()].sort().map((name) => [name, [...(routes.get(name) ?? [])].sort()])),
    };
    const file = `clients/${client
      .replace(/ [\d.]+$/, "")
      .replace("@", "")
      .replaceAll(/[ /]/g, "-")}.json`;
    await expect(`${JSON.stringify(record, null, 2)}\n`).toMatchFileSnapshot(file);
  }
}

/** Does the same as `settle`, for a program that makes one request per call and fails on a wrong response. */
export async function settleRequests(client: string, emulator: Emulator): Promise<void> {
  const calls = new Calls();
  for (const { status } of emulator.requests) calls.report(status === 200 ? "worked" : "refused");
  await calls.settle(client, emulator);
}

/** Runs a program to its end. @returns its result, with the colours removed from its output */
export async function finished(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<ProcessResult> {
  const { code, signal, stdout, stderr } = await spawnProcess(program, [...args], options).done;
  return { code, signal, stdout: stripVTControlCharacters(stdout), stderr: stripVTControlCharacters(stderr) };
}
