import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import type { FaultMatch } from "../../../src/emulator/index.ts";
import type { Running } from "../../../src/engine/child-process.ts";
import type { Blow } from "./schedule.ts";
import type { Strike, Verdict, Victim } from "./strikes.ts";
import type { World } from "./world.ts";

/** Every push, of one message or of many, to whichever queue. */
const pushes: FaultMatch = { method: "POST" };

/** Milliseconds that a write of the state takes where the backend is far away, and a bit. */
const slowMs = 400;

/** Strikes that wait for their push. */
export interface Armed {
  /** The run that they are for; none can strike before. */
  readonly run: PromiseWithResolvers<Running>;
  /** Names of those that struck. */
  readonly struck: string[];
  /** Another run beside it, once there is one. */
  beside: Running | undefined;
}

/** Sets the blows for the next run. Each strikes when its push arrives, not at a time. */
export function arm(world: World, blows: readonly Blow[]): Armed {
  const armed: Armed = { run: Promise.withResolvers(), struck: [], beside: undefined };
  for (const { push, strike } of blows) {
    const gate = async (): Promise<Verdict> => {
      const first = !armed.struck.includes(strike.name);
      if (first) armed.struck.push(`${strike.name} at ${push}`);
      return act(world, strike, armed);
    };
    const when = "when" in strike ? strike.when : "before";
    world.emulator.faults.add({ match: pushes, effect: { kind: "hold", when, gate }, skip: push, times: 1 });
    if (strike.kind === "fault") {
      world.emulator.faults.add({ match: pushes, effect: strike.effect, skip: push, times: strike.times });
    }
  }
  return armed;
}

/** What a strike does besides what the emulator does of itself. @returns what becomes of the request that waits */
async function act(world: World, strike: Strike, armed: Armed): Promise<Verdict> {
  const { crowd, door, stack, bucket } = world;
  const run = await armed.run.promise;
  switch (strike.kind) {
    case "fault":
      return "go";
    case "crowd":
      await crowd();
      return "go";
    case "closed":
      door.shut();
      return "go";
    case "reset":
      door.reset(strike.times);
      return "go";
    case "state":
      bucket.onWrite = async () => {
        if (strike.how === "refused") return "refused";
        await setTimeout(slowMs);
        return "kept";
      };
      return "go";
    case "kill_at_write": {
      let writes = 0;
      bucket.onWrite = async () => {
        writes += 1;
        if (writes === strike.write) kill("cli", stack, run);
        return "refused";
      };
      return "go";
    }
    case "cancel": {
      // A run that has the lock for itself by then needs no other one.
      await world.cancel();
      armed.beside ??= world.spawnUp();
      await heard(armed.beside, /waits for the run of process|RUN_UNDER_WAY/);
      return "go";
    }
    case "kill":
      for (const victim of strike.victims) kill(victim, stack, run);
      return strike.then;
    case "signal": {
      run.child.kill(strike.signal);
      await heard(run, /ancel/);
      if (strike.twice) run.child.kill(strike.signal);
      return strike.then;
    }
  }
}

function kill(victim: Victim, stack: World["stack"], run: Running): void {
  if (victim === "cli") {
    run.child.kill("SIGKILL");
    return;
  }
  for (const { pid, command } of stack.processes()) {
    if (command.includes("dynamic-provider")) killIfThere(pid);
  }
}

export function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself meanwhile.
  }
}

/** Until the CLI says it, or ends. */
async function heard({ child, done }: Running, words: RegExp): Promise<void> {
  const told = async () => {
    for (let text = ""; !words.test(text); ) {
      const [chunk] = await Promise.race([child.stdout, child.stderr].map((stream) => once(stream ?? child, "data")));
      text += String(chunk);
    }
  };
  await Promise.race([told(), done]);
}
