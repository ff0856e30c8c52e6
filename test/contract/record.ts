/** What became of the calls of programs that others wrote, as docs/emulator.md shows it. */

import { stripVTControlCharacters } from "node:util";
import { expect } from "vitest";
import type { Emulator } from "../../src/emulator/index.ts";
import { type ProcessResult, spawnProcess } from "../../src/engine/child-process.ts";

/** A client's file in `clients/`. */
export interface ClientRecord {
  readonly client: string;
  /** What its user calls: a command, a method. */
  readonly calls: Readonly<Record<Verdict, number>>;
  /** What each of the API's calls was answered with: `200`, or status and code. */
  readonly routes: Readonly<Record<string, readonly string[]>>;
}

/** A refusal is right where the client is told so in its own words, and the API would refuse too. */
export type Verdict = "worked" | "refused" | "wrong";

/** Counts a client's calls; each of them is checked by who reports it. */
export class Calls {
  readonly #verdicts: Record<Verdict, number> = { worked: 0, refused: 0, wrong: 0 };
  readonly #wrong: string[] = [];

  /** Counts what a program has checked by itself, which fails where something is wrong. */
  add(verdict: "worked" | "refused", count: number): void {
    this.#verdicts[verdict] += count;
  }

  /** @param found what is not as it should be; empty: all is right */
  report(verdict: "worked" | "refused", found: readonly string[] = []): void {
    this.#verdicts[found.length === 0 ? verdict : "wrong"] += 1;
    this.#wrong.push(...found);
  }

  /** Holds the client's file to what was counted; `vitest -u` writes it. */
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

/** As `settle`, for a program that makes one request a call, and fails where one is not answered as it should be. */
export async function settleRequests(client: string, emulator: Emulator): Promise<void> {
  const calls = new Calls();
  for (const { status } of emulator.requests) calls.report(status === 200 ? "worked" : "refused");
  await calls.settle(client, emulator);
}

/** A program's end, with what it printed for people free of colours. */
export async function finished(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<ProcessResult> {
  const { code, signal, stdout, stderr } = await spawnProcess(program, [...args], options).done;
  return { code, signal, stdout: stripVTControlCharacters(stdout), stderr: stripVTControlCharacters(stderr) };
}
