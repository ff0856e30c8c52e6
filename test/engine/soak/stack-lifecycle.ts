import type { ProcessResult } from "../../../src/engine/child-process.ts";
import { cli } from "../support/cli.ts";
import { outputOf } from "../support/seeder.ts";
import { armFaults, killIfThere } from "./faults.ts";
import { checkCertainty, checkInvariants, type Finding } from "./invariants.ts";
import { ManifestModels, spelledOut } from "./manifest-model.ts";
import { type Change, draw, type PlannedFault, type Round } from "./schedule.ts";
import type { SoakTransport } from "./worker-transport.ts";
import { makeWorld, queueNames, type World } from "./world.ts";

/** Result of a round. */
export interface RoundResult {
  readonly round: number;
  /** Names of the faults that took effect, by run. */
  readonly hits: readonly (readonly string[])[];
  readonly messages: number;
  /** Number of messages that are in the queue more than once. */
  readonly duplicates: number;
  /** Keys, with their queue, of messages that arrived more than once so far in this stack's life, unless that was asked for. */
  readonly doubled: ReadonlySet<string>;
  /** Those that a run reported as possibly in the queue twice. */
  readonly suspected: ReadonlySet<string>;
  readonly settled: number;
  readonly destroyed: boolean;
  /** The change before the first run; undefined if there was none. */
  readonly changed: string | undefined;
  readonly findings: readonly Finding[];
  /** The output of the runs, to analyse a finding. */
  readonly transcript: string;
}

/** Runs after the last one with faults. A run fails once more if the previous one left messages in doubt. */
const sparesRuns = 4;

export interface LifecycleOptions {
  /** Default: the REST API. */
  readonly transport?: SoakTransport;
  /** Texts by path that replace files of the program, to verify that the suite can fail. */
  readonly broken?: Readonly<Record<string, string>>;
}

/**
 * Runs one stack from its first deployment through rounds of new messages and of runs with faults.
 *
 * @param logged called with each round's result; the first one with findings ends the lifecycle
 */
export async function runLifecycle(
  seed: number,
  rounds: number,
  logged: (result: RoundResult) => void,
  { transport = "rest", broken }: LifecycleOptions = {},
): Promise<readonly Finding[]> {
  const schedule = draw(seed, rounds, transport === "worker");
  await using world = await makeWorld(transport, seed, broken);
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
  readonly #models: ManifestModels;
  /** By queue, since each queue has its own ledger. */
  readonly #arrived = { orders: new Map<string, number>(), second: new Map<string, number>() };
  readonly #reported = { orders: new Set<string>(), second: new Set<string>() };
  readonly #doubled = new Set<string>();
  readonly #suspected = new Set<string>();
  #transcript = "";
  #settled = 0;

  constructor(world: World, models: ManifestModels) {
    this.#world = world;
    this.#models = models;
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
    const claims = this.#models.all().map(({ plan, keys }) => ({ manifest: plan.name, inDoubt: plan.inDoubt, keys }));
    const { queue, transport } = this.#world;
    const isCut = transport === "worker, cut";
    const findings = clean
      ? [
          ...checkInvariants(claims, this.#arrived[queue], this.#reported[queue]),
          ...(isCut ? checkCertainty(this.#doubled, this.#suspected, this.#settled) : []),
        ]
      : [{ manifest: "all", what: "runs, and the last one without any strike failed too", keys: [] }];
    return {
      round: round.number,
      hits,
      messages: round.additions.reduce((sum, { messages }) => sum + messages, 0),
      duplicates: [...this.#arrived[queue].values()].filter((times) => times > 1).length,
      doubled: this.#doubled,
      suspected: this.#suspected,
      settled: this.#settled,
      destroyed: round.isDestroyed,
      changed,
      findings,
      transcript: this.#transcript,
    };
  }

  #write({ number, additions }: Round): void {
    for (const each of additions) this.#models.add(number, each);
    for (const { files } of this.#models.all()) {
      for (const [path, text] of Object.entries(files)) this.#world.stack.write(path, text);
    }
  }

  async #run(faults: readonly PlannedFault[]) {
    const { stack, emulator, proxy, bucket } = this.#world;
    const armed = armFaults(this.#world, faults);
    const { run, hits } = armed;
    // Processes that outlived the previous run may still push when this one starts, as with a user who retries at once.
    const orphans = stack.processes();
    const running = this.#world.spawnUp();
    run.resolve(running);
    const first = await running.done;
    const parallel = await (await armed.parallelRun)?.done;
    armed.over = true;
    for (const { pid } of orphans) killIfThere(pid);
    bucket.onWrite = undefined;
    emulator.faults.clear();
    await proxy.open();
    if (parallel !== undefined)
      this.#transcript += `\n=== parallel up: ${parallel.code ?? parallel.signal}\n${outputOf(parallel)}`;
    // Either of two parallel runs may have written the state last, so another run has to confirm that nothing is left.
    const finished = parallel === undefined ? first : { ...first, code: first.code || parallel.code || 1 };
    this.#transcript += `\n=== up, struck by ${hits.join("; ") || "nothing"}: ${finished.code ?? finished.signal}\n${outputOf(finished)}`;
    this.#note();
    return { finished, names: hits };
  }

  /** Does what a user would do after a failed run. */
  async #recover(finished: ProcessResult): Promise<void> {
    if (finished.signal !== null || /is currently locked/.test(outputOf(finished))) {
      const { code, stderr } = await this.#world.cancel();
      if (code !== 0) this.#transcript += `\n=== cancel: ${code} ${stderr}`;
    }
    await this.#settle();
  }

  /** Destroys the stack. Earlier pushes no longer count: all messages are pushed again. */
  async #startOver(): Promise<void> {
    const { stack } = this.#world;
    // Processes that outlived the run would push after the reset.
    for (const { pid } of stack.processes()) killIfThere(pid);
    const finished = await this.#world.destroy();
    this.#transcript += `\n=== destroy: ${finished.code}\n${outputOf(finished)}`;
    if (finished.code !== 0) throw new Error(`the stack cannot be destroyed: ${this.#transcript}`);
    await this.#collect();
    for (const queue of queueNames) {
      this.#arrived[queue].clear();
      this.#reported[queue].clear();
    }
  }

  /** Makes a change at the start of a round, when everything is pushed and nothing runs. @returns a short description */
  async #change(change: Change): Promise<string> {
    const world = this.#world;
    const assertSucceeded = ({ code, stdout, stderr }: ProcessResult) => {
      if (code !== 0) throw new Error(`${change.kind}: ${stdout}${stderr}`);
    };
    switch (change.kind) {
      case "queue":
        world.otherQueue();
        return `queue ${world.queue}`;
      case "stack_rename":
        assertSucceeded(await world.renameStack());
        return `stack renamed ${world.stackName}`;
      case "rename":
        this.#models.rename(change.manifest);
        return `renamed ${change.manifest}`;
      case "taint": {
        const model = this.#models.all().find(({ plan }) => plan.name === change.manifest);
        const segments = world.segments().filter(({ manifest }) => model?.names.includes(manifest));
        if (model === undefined || segments.length === 0) return "nothing to taint";
        assertSucceeded(await world.taint(segments.map(({ urn }) => urn)));
        // All messages are pushed again, to either queue.
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

  /** Settles the messages in doubt by whether they arrived, as `in_doubt: stop` requires. */
  async #settle(): Promise<void> {
    await this.#collect();
    const { queue, emulator, stackName, transport } = this.#world;
    // Then the ledger must know them.
    if (transport === "worker, cut") return;
    for (const { plan, names, keyOf } of this.#models.all()) {
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
        this.#transcript += `\n=== ${args.join(" ")}: ${finished.code}\n${outputOf(finished)}`;
      }
    }
  }

  /** Records the messages that the state lists as in doubt or as possible duplicates. */
  #note(): void {
    const models = this.#models.all();
    const { emulator } = this.#world;
    for (const { manifest, queueId, inDoubtMessages, possibleDuplicates } of this.#world.segments()) {
      const keyOf = models.find(({ names }) => names.includes(manifest))?.keyOf;
      const queue = queueNames.find((name) => emulator.queueId(name) === queueId) ?? "orders";
      for (const label of spelledOut([...inDoubtMessages, ...possibleDuplicates])) {
        const key = keyOf?.(label);
        if (key !== undefined) this.#reported[queue].add(key);
      }
      for (const label of spelledOut(possibleDuplicates)) this.#suspected.add(`${queue} ${keyOf?.(label) ?? label}`);
    }
  }

  async #collect(): Promise<void> {
    for (const queue of queueNames) {
      const arrived = this.#arrived[queue];
      for (const [key, times] of await this.#world.collect(queue)) {
        const all = (arrived.get(key) ?? 0) + times;
        arrived.set(key, all);
        if (all > 1) this.#doubled.add(`${queue} ${key}`);
      }
    }
  }
}
