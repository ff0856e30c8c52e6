import { type Random, seeded } from "../../engine/soak/random.ts";
import type { Fate } from "./api.ts";
import { checkRun } from "./check-run.ts";
import { Editor, type Setting } from "./edits.ts";
import { type Frame, nothing, type Part, partsOf, turnsOf } from "./model.ts";
import type { Disturbance } from "./process.ts";
import { type Run, type Seen, type State, segmentRows, World } from "./world.ts";

/** The first violation in a sequence, and the steps that led to it; undefined if there was none. */
export interface Finding {
  readonly seed: number;
  readonly wrong: readonly string[];
  readonly transcript: readonly string[];
}

export function findingText({ seed, wrong, transcript }: Finding): string {
  return [`seed ${seed}`, ...transcript, ...wrong].join("\n");
}

/** By queue and segment: the possible ledgers. */
type Frames = Readonly<Record<string, readonly Frame[]>>;

interface Snapshot {
  readonly state: State;
  readonly frames: Frames;
  /** By queue: the number of requests up to which the state contained everything that any journal had. */
  readonly settledAt: Readonly<Record<string, number>>;
}

/** Plays one sequence of edits, failures, kills, repairs and runs, and checks each run against the model. */
export async function play(seed: number): Promise<Finding | undefined> {
  await using world = await World.make();
  return await new Sequence(seeded(seed), world).play(seed);
}

class Sequence {
  readonly #random: Random;
  readonly #world: World;
  readonly #editor: Editor;
  readonly #snapshots: Snapshot[] = [];
  readonly #transcript: string[] = [];
  #setting: Setting;
  /** The last setting that was not refused. */
  #accepted: Setting;
  /** Whether the state lacks the result of a run. */
  #isUnsaved = false;
  #frames: Frames = {};
  readonly #settledAt: Record<string, number> = {};
  #loose: Record<string, ReadonlySet<number>> = {};

  constructor(random: Random, world: World) {
    this.#random = random;
    this.#world = world;
    this.#editor = new Editor(random);
    this.#setting = this.#editor.begin();
    this.#accepted = this.#setting;
  }

  async play(seed: number): Promise<Finding | undefined> {
    const found = (wrong: readonly string[]) =>
      wrong.length === 0 ? undefined : { seed, wrong, transcript: [...this.#transcript, ...this.#world.journals] };
    try {
      this.#say("begin", this.#setting);
      const steps = 4 + this.#random.int(9);
      for (let step = 0; step < steps; step += 1) {
        const finding = found(await this.#step(step === 0));
        if (finding !== undefined) return finding;
      }
      return found(await this.#finish());
    } catch (error) {
      return found([`it threw ${error instanceof Error ? error.stack : error}`]);
    }
  }

  async #step(isFirst: boolean): Promise<readonly string[]> {
    const { int } = this.#random;
    const action = isFirst ? 0 : int(100);
    if (action < 75) {
      if (!isFirst && int(4) > 0) this.#edit();
      return this.#up({ ...this.#disturbed(), ...(int(7) === 0 && { unsaved: true }) });
    }
    if (action < 88) return this.#repair();
    if (action < 93) return this.#restore();
    if (action < 96) return this.#destroy();
    return this.#canTaint() ? this.#up({ tainted: true }) : [];
  }

  #edit(): void {
    for (let edits = 1 + this.#random.int(2); edits > 0; edits -= 1) {
      const [name, changed] = this.#editor.change(this.#setting);
      this.#setting = changed;
      this.#say(name, changed);
    }
  }

  #disturbed(): Run {
    const { int, pick } = this.#random;
    const fates = Array.from({ length: 1 + int(4) }, () =>
      pick<Fate>(["accept", "accept", "answer_lost", "request_lost", "limit", "too_large", "full", "failed"]),
    );
    const all: readonly (Disturbance | undefined)[] = [
      undefined,
      undefined,
      undefined,
      { killAt: 1 + int(40), killed: pick(["before", "after", "half"]) },
      { killAt: 10 + int(20), killed: pick(["before", "after", "half"]) },
      { killAt: 10 + int(40), killed: pick(["before", "after", "half"]), fates },
      { fates },
      { fates },
      { cancelAt: 1 + int(30) },
    ];
    const disturbance = pick(all);
    return disturbance === undefined ? {} : { disturbance };
  }

  async #up(run: Run): Promise<readonly string[]> {
    const before = this.#world.state;
    const seen = await this.#world.up(this.#setting, run);
    this.#transcript.push(`up ${JSON.stringify(run)}`, ...seen.map(seenText));
    const wrong = this.#judged(seen, run, before.segments.length);
    const isRefused = seen.some(({ end, error }) => end === "refused" && !error.startsWith("PUSH_INCOMPLETE"));
    if (isRefused) {
      if (this.#random.int(3) > 0)
        this.#setting = { ...this.#accepted, name: this.#setting.name, earlier: this.#setting.earlier };
      this.#say("back", this.#setting);
    } else this.#accepted = this.#setting;
    if (run.unsaved) this.#isUnsaved = true;
    else if (isGood(seen)) this.#isUnsaved = false;
    if (!run.unsaved && this.#world.state !== before) this.#snapshot();
    return wrong;
  }

  /** @param recorded number of segments in the state before the run */
  #judged(seen: readonly Seen[], run: Run, recorded: number): readonly string[] {
    const { queue } = this.#setting;
    const parts = partsOf(this.#setting, segmentRows, recorded);
    const before = parts.map((_, segment) => this.#frames[`${queue}/${segment}`] ?? [nothing]);
    const checked = turnsOf(parts, before).map((turn) => this.#judgedBy(seen, run, parts, turn));
    const right = checked.flatMap((each) => ("frames" in each ? [each.frames] : []));
    if (right.length === 0) return checked.flatMap((each) => ("wrong" in each ? each.wrong : []));
    const frames = { ...right[0] };
    for (const more of right.slice(1)) {
      for (const [key, some] of Object.entries(more)) frames[key] = distinct([...(frames[key] ?? []), ...some]);
    }
    if (isGood(seen) && run.repair === undefined) {
      delete this.#loose[queue];
      if (!run.unsaved) this.#settledAt[queue] = this.#world.requests;
    }
    this.#frames = frames;
    return [];
  }

  /** Checks a run against the model. @param turn its delivery of the whole data file */
  #judgedBy(
    seen: readonly Seen[],
    run: Run,
    parts: readonly Part[],
    turn: number | undefined,
  ): { readonly frames: Frames } | { readonly wrong: readonly string[] } {
    const { queue } = this.#setting;
    const loose = this.#loose[queue] ?? new Set();
    const known = { loose, isRestored: this.#loose[queue] !== undefined };
    const frames: Record<string, readonly Frame[]> = { ...this.#frames };
    for (const one of seen) {
      const part = parts[one.segment];
      if (part === undefined) return { wrong: [`there is no segment ${one.segment}`] };
      const key = `${queue}/${one.segment}`;
      const verdict = checkRun(frames[key] ?? [nothing], part, one, { ...run, turn }, known);
      if (verdict.wrong.length > 0) return verdict;
      if (run.tainted)
        for (const each of Object.keys(frames)) if (each.endsWith(`/${one.segment}`)) delete frames[each];
      // The run cannot be distinguished from one of a stack that was destroyed elsewhere.
      frames[key] = this.#world.state.deployment === undefined ? verdict.frames.map(unproven) : verdict.frames;
    }
    return { frames };
  }

  async #repair(): Promise<readonly string[]> {
    const { pick, int } = this.#random;
    const action = pick([
      "baseline",
      "forget",
      "settle_pushed",
      "settle_resend",
      "settle_pushed",
      "settle_resend",
    ] as const);
    return this.#up({ repair: { action }, ...(int(8) === 0 && { unsaved: true }) });
  }

  #snapshot(): void {
    this.#snapshots.push({ state: this.#world.state, frames: this.#frames, settledAt: { ...this.#settledAt } });
  }

  /** Replaces the state with an earlier one; the journals stay unchanged. */
  async #restore(): Promise<readonly string[]> {
    if (this.#snapshots.length === 0) return [];
    const { state, frames, settledAt } = this.#random.pick(this.#snapshots);
    this.#world.state = state;
    this.#frames = frames;
    for (const queue of ["first", "second"]) {
      const taken = this.#world.takenSince(settledAt[queue] ?? 0, queue);
      this.#loose[queue] = new Set([...(this.#loose[queue] ?? []), ...taken]);
    }
    this.#transcript.push(`restore state ${this.#snapshots.findIndex((each) => each.state === state)}`);
    return [];
  }

  async #destroy(): Promise<readonly string[]> {
    const known = this.#world.state.segments;
    await this.#world.destroy();
    // If the state did not contain a segment, an existing journal means that its messages may have arrived.
    this.#frames = Object.fromEntries(
      Object.entries(this.#frames).map(([key, frames]) => [
        key,
        known[Number(key.split("/")[1])] === undefined ? frames.map(doubted) : [nothing],
      ]),
    );
    this.#transcript.push("destroy");
    return [];
  }

  #canTaint(): boolean {
    const isKnown = Object.values(this.#frames).every((frames) =>
      frames.every(({ entries }) => entries.every(({ may }) => may.length === 1 && may[0] === "pushed")),
    );
    return isKnown && !this.#isUnsaved && this.#world.state.segments.length > 0;
  }

  /** Runs without faults until everything is pushed, then once more. */
  async #finish(): Promise<readonly string[]> {
    for (let runs = 0; runs < 8; runs += 1) {
      const wrong = await this.#up({});
      if (wrong.length > 0) return wrong;
      const last = this.#transcript.findLast((line) => line.startsWith("  "));
      if (last !== undefined && /: (same|done)/.test(last)) return this.#up({});
      const action = this.#random.pick(["settle_pushed", "settle_resend"] as const);
      const repaired = await this.#up({ repair: { action } });
      if (repaired.length > 0) return repaired;
      if (runs === 4) {
        const baselined = await this.#up({ repair: { action: "baseline" } });
        if (baselined.length > 0) return baselined;
      }
    }
    return [];
  }

  #say(what: string, setting: Setting): void {
    this.#transcript.push(`${what}: ${JSON.stringify(setting)}`);
  }
}

function isGood(seen: readonly Seen[]): boolean {
  return seen.every(({ end }) => end === "same" || end === "done");
}

/** The state keeps nothing of this run, not even the deployment's id, so its pushed messages may be in doubt. */
function unproven(frame: Frame): Frame {
  const entries = frame.entries.map((entry) => ({
    ...entry,
    may: entry.may.includes("pushed") && !entry.may.includes("doubt") ? (["pushed", "doubt"] as const) : entry.may,
  }));
  return { ...frame, entries };
}

function distinct(frames: readonly Frame[]): readonly Frame[] {
  return [...new Set(frames.map((frame) => JSON.stringify(frame)))].map((text) => JSON.parse(text));
}

/** The state of the destroyed stack did not contain this run, so its messages are in doubt or new. */
function doubted(frame: Frame): Frame {
  const entries = frame.entries
    .filter(({ may }) => may.some((fate) => fate !== "new"))
    .map((entry) => ({ ...entry, may: ["doubt", "new"] as const }));
  return { ...frame, entries, last: undefined, finished: false, turn: 0, state: null };
}

function seenText({ segment, end, outs, named, error, pushed }: Seen): string {
  const requests = pushed.map(
    ({ bodies, accepted, answered }) =>
      `${bodies.join("+")}${accepted ? "" : " not taken"}${answered ? "" : " unanswered"}`,
  );
  const kept =
    outs === undefined ? "" : `; ${outs.pushed} pushed, in doubt ${(outs.inDoubtMessages ?? []).join(" ") || "none"}`;
  return `  ${segment}: ${end}; requests ${requests.join(", ") || "none"}${kept}${named.length > 0 ? `; named ${named.join(" ")}` : ""}${error && ` ${error.split("\n")[0]}`}`;
}
