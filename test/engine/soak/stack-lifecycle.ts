import type { ProcessResult } from "../../../src/engine/child-process.ts";
import { cli } from "../support/cli.ts";
import { armFaults, killIfThere } from "./faults.ts";
import { checkInvariants, type Finding } from "./invariants.ts";
import { ManifestModels, spelledOut } from "./manifest-model.ts";
import { type Change, draw, type PlannedFault, type Round } from "./schedule.ts";
import { makeWorld, queueNames, type World } from "./world.ts";

/** What came of a round. */
export interface RoundResult {
  readonly round: number;
  /** Names of what struck, run by run. */
  readonly hits: readonly (readonly string[])[];
  readonly messages: number;
  /** Messages that are in the queue more than once. */
  readonly duplicates: number;
  readonly settled: number;
  readonly destroyed: boolean;
  /** What was changed before the first run; undefined: nothing. */
  readonly changed: string | undefined;
  readonly findings: readonly Finding[];
  /** What the runs said, for whoever has to understand a finding. */
  readonly transcript: string;
}

/** Runs after the last one that something happens to; a run goes wrong once more for what the one before left in doubt. */
const sparesRuns = 4;

/**
 * One stack from its first deployment on, through rounds of new messages and of runs that go wrong.
 *
 * @param logged is given each round's result; the first one with findings ends the life
 */
export async function runLifecycle(
  seed: number,
  rounds: number,
  logged: (result: RoundResult) => void,
  broken?: Readonly<Record<string, string>>,
): Promise<readonly Finding[]> {
  const schedule = draw(seed, rounds);
  await using world = await makeWorld(broken);
  const life = new StackLifecycle(world, new ManifestModels(schedule.manifests));
  for (const round of schedule.rounds) {
    const result = await life.play(round);
    logged(result);
    if (result.findings.length > 0) return result.findings;
  }
  return [];
}

class StackLifecycle {
  readonly #world: World;
  readonly #manuscripts: ManifestModels;
  /** Of each queue by itself: each has a ledger of its own. */
  readonly #arrived = { orders: new Map<string, number>(), second: new Map<string, number>() };
  readonly #reported = { orders: new Set<string>(), second: new Set<string>() };
  #transcript = "";
  #settled = 0;

  constructor(world: World, models: ManifestModels) {
    this.#world = world;
    this.#manuscripts = models;
  }

  async play(round: Round): Promise<RoundResult> {
    this.#transcript = "";
    this.#settled = 0;
    const changed = round.change && (await this.#change(round.change));
    this.#write(round);
    const hits: string[][] = [];
    let clean = false;
    for (let run = 0; !clean && run < round.runs.length + sparesRuns; run += 1) {
      const { finished, names } = await this.#run(round.runs[run] ?? []);
      hits.push(names);
      clean = finished.code === 0;
      if (!clean) await this.#recover(finished);
      if (run > 0 || !round.isDestroyed) continue;
      await this.#startOver();
      clean = false;
    }
    await this.#collect();
    const claims = this.#manuscripts
      .all()
      .map(({ plan, keys }) => ({ manifest: plan.name, inDoubt: plan.inDoubt, keys }));
    const { queue } = this.#world;
    const findings = clean
      ? checkInvariants(claims, this.#arrived[queue], this.#reported[queue])
      : [{ manifest: "all", what: "runs, and the last one without any strike failed too", keys: [] }];
    return {
      round: round.number,
      hits,
      messages: round.additions.reduce((sum, { messages }) => sum + messages, 0),
      duplicates: [...this.#arrived[queue].values()].filter((times) => times > 1).length,
      settled: this.#settled,
      destroyed: round.isDestroyed,
      changed,
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

  async #run(faults: readonly PlannedFault[]) {
    const { stack, emulator, proxy, bucket } = this.#world;
    const armed = armFaults(this.#world, faults);
    const { run, hits } = armed;
    // Those that outlived the run before may still send something when this one begins, as they do when people hurry.
    const orphans = stack.processes();
    const running = this.#world.spawnUp();
    run.resolve(running);
    const first = await running.done;
    const beside = await armed.beside?.done;
    armed.over = true;
    for (const { pid } of orphans) killIfThere(pid);
    bucket.onWrite = undefined;
    emulator.faults.clear();
    await proxy.open();
    if (beside !== undefined)
      this.#transcript += `\n=== up beside it: ${beside.code ?? beside.signal}\n${said(beside)}`;
    // Which of two runs wrote the state last is not known, so the next one has to say that nothing is left.
    const finished = beside === undefined ? first : { ...first, code: first.code || beside.code || 1 };
    this.#transcript += `\n=== up, struck by ${hits.join("; ") || "nothing"}: ${finished.code ?? finished.signal}\n${said(finished)}`;
    this.#note();
    return { finished, names: hits };
  }

  /** What people would do after a run that failed. */
  async #recover(finished: ProcessResult): Promise<void> {
    if (finished.signal !== null || /is currently locked/.test(said(finished))) {
      const { code, stderr } = await this.#world.cancel();
      if (code !== 0) this.#transcript += `\n=== cancel: ${code} ${stderr}`;
    }
    await this.#settle();
  }

  /** Destroys the stack. What was pushed before is no part of what it promises from then on: all of it goes again. */
  async #startOver(): Promise<void> {
    const { stack } = this.#world;
    // What outlived the run would push into the time after it.
    for (const { pid } of stack.processes()) killIfThere(pid);
    const finished = await this.#world.destroy();
    this.#transcript += `\n=== destroy: ${finished.code}\n${said(finished)}`;
    if (finished.code !== 0) throw new Error(`the stack cannot be destroyed: ${this.#transcript}`);
    await this.#collect();
    for (const queue of queueNames) {
      this.#arrived[queue].clear();
      this.#reported[queue].clear();
    }
  }

  /** Changes what a round begins with, when everything is pushed and nothing runs. @returns what it was, in a word or two */
  async #change(change: Change): Promise<string> {
    const world = this.#world;
    const must = ({ code, stdout, stderr }: ProcessResult) => {
      if (code !== 0) throw new Error(`${change.kind}: ${stdout}${stderr}`);
    };
    switch (change.kind) {
      case "queue":
        world.otherQueue();
        return `queue ${world.queue}`;
      case "stack_rename":
        must(await world.renameStack());
        return `stack renamed ${world.stackName}`;
      case "rename":
        this.#manuscripts.rename(change.manifest);
        return `renamed ${change.manifest}`;
      case "taint": {
        const model = this.#manuscripts.all().find(({ plan }) => plan.name === change.manifest);
        const segments = world.segments().filter(({ manifest }) => model?.names.includes(manifest));
        if (model === undefined || segments.length === 0) return "nothing to taint";
        must(await world.taint(segments.map(({ urn }) => urn)));
        // All of it goes again, to whichever queue.
        await this.#collect();
        for (const queue of queueNames) {
          for (const key of model.keys) {
            this.#arrived[queue].delete(key);
            this.#reported[queue].delete(key);
          }
        }
        return `tainted ${change.manifest}`;
      }
    }
  }

  /** Says of the messages in doubt which of them arrived, as `in_doubt: stop` wants it of people. */
  async #settle(): Promise<void> {
    await this.#collect();
    const { queue, emulator, stackName } = this.#world;
    for (const { plan, names, keyOf } of this.#manuscripts.all()) {
      if (plan.inDoubt !== "stop") continue;
      const doubted = this.#world
        .segments()
        .filter(({ manifest, queueId }) => names.includes(manifest) && queueId === emulator.queueId(queue))
        .flatMap(({ inDoubtMessages }) => spelledOut(inDoubtMessages));
      const there = (label: string) => this.#arrived[queue].has(keyOf(label) ?? "");
      for (const [what, labels] of [
        ["--pushed", doubted.filter(there)],
        ["--resend", doubted.filter((label) => !there(label))],
      ] as const) {
        if (labels.length === 0) continue;
        this.#settled += labels.length;
        const { project } = this.#world.stack;
        const args = ["settle", names[0], ...labels, what, "--stack", stackName, "--yes"];
        const finished = await cli(project, args);
        this.#transcript += `\n=== ${args.join(" ")}: ${finished.code}\n${said(finished)}`;
      }
    }
  }

  /** Remembers what the state says that is in doubt or may have arrived twice. */
  #note(): void {
    const models = this.#manuscripts.all();
    const { emulator } = this.#world;
    for (const { manifest, queueId, inDoubtMessages, possibleDuplicates } of this.#world.segments()) {
      const keyOf = models.find(({ names }) => names.includes(manifest))?.keyOf;
      const queue = queueNames.find((name) => emulator.queueId(name) === queueId) ?? "orders";
      for (const label of spelledOut([...inDoubtMessages, ...possibleDuplicates])) {
        const key = keyOf?.(label);
        if (key !== undefined) this.#reported[queue].add(key);
      }
    }
  }

  async #collect(): Promise<void> {
    for (const queue of queueNames) {
      const arrived = this.#arrived[queue];
      for (const [key, times] of await this.#world.collect(queue)) arrived.set(key, (arrived.get(key) ?? 0) + times);
    }
  }
}

function said({ stdout, stderr }: ProcessResult): string {
  return stdout + stderr;
}
