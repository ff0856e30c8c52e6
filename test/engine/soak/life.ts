import type { Finished } from "../../../src/engine/child.ts";
import { cli } from "../support/cli.ts";
import { arm, killIfThere } from "./blows.ts";
import { type Finding, judge } from "./judge.ts";
import { Manuscripts, spelledOut } from "./manuscript.ts";
import { type Blow, draw, type Round } from "./schedule.ts";
import { makeWorld, type World } from "./world.ts";

/** What came of a round. */
export interface RoundResult {
  readonly round: number;
  /** Names of what struck, run by run. */
  readonly struck: readonly (readonly string[])[];
  readonly messages: number;
  /** Messages that are in the queue more than once. */
  readonly twice: number;
  readonly settled: number;
  readonly destroyed: boolean;
  readonly findings: readonly Finding[];
  /** What the runs said, for whoever has to understand a finding. */
  readonly transcript: string;
}

/** Runs after the last one that something happens to; a run goes wrong once more for what the one before left in doubt. */
const sparesRuns = 4;

/**
 * One stack from its first deployment on, through rounds of new messages and of runs that go wrong.
 *
 * @param told is given each round's result; the first one with findings ends the life
 */
export async function live(
  seed: number,
  rounds: number,
  told: (result: RoundResult) => void,
  broken?: Readonly<Record<string, string>>,
): Promise<readonly Finding[]> {
  const schedule = draw(seed, rounds);
  await using world = await makeWorld(broken);
  const life = new Life(world, new Manuscripts(schedule.manifests));
  for (const round of schedule.rounds) {
    const result = await life.play(round);
    told(result);
    if (result.findings.length > 0) return result.findings;
  }
  return [];
}

class Life {
  readonly #world: World;
  readonly #manuscripts: Manuscripts;
  readonly #arrived = new Map<string, number>();
  readonly #reported = new Set<string>();
  #transcript = "";
  #settled = 0;

  constructor(world: World, manuscripts: Manuscripts) {
    this.#world = world;
    this.#manuscripts = manuscripts;
  }

  async play(round: Round): Promise<RoundResult> {
    this.#transcript = "";
    this.#settled = 0;
    this.#write(round);
    const struck: string[][] = [];
    let clean = false;
    for (let run = 0; !clean && run < round.runs.length + sparesRuns; run += 1) {
      const { finished, names } = await this.#run(round.runs[run] ?? []);
      struck.push(names);
      clean = finished.code === 0;
      if (!clean) await this.#recover(finished);
      if (run > 0 || !round.destroyed) continue;
      await this.#startOver();
      clean = false;
    }
    await this.#collect();
    const claims = this.#manuscripts
      .all()
      .map(({ plan, keys }) => ({ manifest: plan.name, inDoubt: plan.inDoubt, keys }));
    const findings = clean
      ? judge(claims, this.#arrived, this.#reported)
      : [{ manifest: "all", what: "runs, and the last one without any strike failed too", keys: [] }];
    return {
      round: round.number,
      struck,
      messages: round.additions.reduce((sum, { messages }) => sum + messages, 0),
      twice: [...this.#arrived.values()].filter((times) => times > 1).length,
      settled: this.#settled,
      destroyed: round.destroyed,
      findings,
      transcript: this.#transcript,
    };
  }

  #write({ number, additions }: Round): void {
    for (const each of additions) this.#manuscripts.add(number, each);
    for (const { files } of this.#manuscripts.all()) {
      for (const [path, text] of Object.entries(files)) this.#world.stack.write(path, text);
    }
  }

  async #run(blows: readonly Blow[]) {
    const { stack, emulator, door } = this.#world;
    const { run, struck } = arm(this.#world, blows);
    // Those that outlived the run before may still send something when this one begins, as they do when people hurry.
    const orphans = stack.processes();
    const running = stack.spawnUp();
    run.resolve(running);
    const finished = await running.done;
    for (const { pid } of orphans) killIfThere(pid);
    emulator.faults.clear();
    await door.open();
    this.#transcript += `\n=== up, struck by ${struck.join("; ") || "nothing"}: ${finished.code ?? finished.signal}\n${said(finished)}`;
    this.#note();
    return { finished, names: struck };
  }

  /** What people would do after a run that failed. */
  async #recover(finished: Finished): Promise<void> {
    const { stack, mendState } = this.#world;
    mendState();
    if (finished.signal !== null || /is currently locked/.test(said(finished))) {
      const { code, stderr } = await stack.pulumi(["cancel", "--yes"]);
      if (code !== 0) this.#transcript += `\n=== cancel: ${code} ${stderr}`;
    }
    await this.#settle();
  }

  /** Destroys the stack. What was pushed before is no part of what it promises from then on: all of it goes again. */
  async #startOver(): Promise<void> {
    const { stack } = this.#world;
    // What outlived the run would push into the time after it.
    for (const { pid } of stack.processes()) killIfThere(pid);
    const finished = await stack.destroy();
    this.#transcript += `\n=== destroy: ${finished.code}\n${said(finished)}`;
    if (finished.code !== 0) throw new Error(`the stack cannot be destroyed: ${this.#transcript}`);
    await this.#world.collect();
    this.#arrived.clear();
    this.#reported.clear();
  }

  /** Says of the messages in doubt which of them arrived, as `in_doubt: stop` wants it of people. */
  async #settle(): Promise<void> {
    await this.#collect();
    for (const { plan, keyOf } of this.#manuscripts.all()) {
      if (plan.inDoubt !== "stop") continue;
      const doubted = this.#world
        .segments()
        .filter(({ manifest }) => manifest === plan.name)
        .flatMap(({ inDoubtMessages }) => spelledOut(inDoubtMessages));
      const there = (label: string) => this.#arrived.has(keyOf(label) ?? "");
      for (const [what, labels] of [
        ["--pushed", doubted.filter(there)],
        ["--resend", doubted.filter((label) => !there(label))],
      ] as const) {
        if (labels.length === 0) continue;
        this.#settled += labels.length;
        const { project, name } = this.#world.stack;
        const args = ["settle", plan.name, ...labels, what, "--stack", name, "--yes"];
        const finished = await cli(project, args);
        this.#transcript += `\n=== ${args.join(" ")}: ${finished.code}\n${said(finished)}`;
      }
    }
  }

  /** Remembers what the state says that is in doubt or may have arrived twice. */
  #note(): void {
    const manuscripts = this.#manuscripts.all();
    for (const { manifest, inDoubtMessages, maybeTwice } of this.#world.segments()) {
      const keyOf = manuscripts.find(({ plan }) => plan.name === manifest)?.keyOf;
      for (const label of spelledOut([...inDoubtMessages, ...maybeTwice])) {
        const key = keyOf?.(label);
        if (key !== undefined) this.#reported.add(key);
      }
    }
  }

  async #collect(): Promise<void> {
    for (const [key, times] of await this.#world.collect()) {
      this.#arrived.set(key, (this.#arrived.get(key) ?? 0) + times);
    }
  }
}

function said({ stdout, stderr }: Finished): string {
  return stdout + stderr;
}
