import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../../src/emulator/index.ts";
import { makeStack, type OwnStack } from "../support/stack.ts";
import { type Door, makeDoor } from "./door.ts";

/** A stack of the real program on the real engine, an emulator, and a door between them. */
export interface World extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly door: Door;
  readonly stack: OwnStack;
  /** Segments as the engine's state has them. */
  segments(): SegmentState[];
  /** Takes the engine's own backup of its state, as one has to when a kill cut the state's file off. */
  restoreState(): void;
  /** Takes the messages out of the queue: how often each arrived since the last time, by its key. */
  collect(): Promise<ReadonlyMap<string, number>>;
}

/** The part of a segment's outputs that is looked at. */
export interface SegmentState {
  readonly manifest: string;
  readonly inDoubt: number;
  readonly inDoubtMessages: readonly string[];
  readonly maybeTwice: readonly string[];
}

const segmentsFile = "src/plan/segments.ts";

/** Segments of so many rows, so that small data files have several. */
const rowsOfSegment = 150;

/** @param broken texts by path that replace files of the program: to see that the suite can fail */
export async function makeWorld(broken: Readonly<Record<string, string>> = {}): Promise<World> {
  const emulator = await startEmulator({ queues: [{ name: "orders" }], rateLimit: false });
  const door = await makeDoor(emulator.port);
  const close = async () => {
    await door[Symbol.asyncDispose]();
    await emulator.close();
  };
  try {
    const stack = await makeStack({
      name: "soak",
      files: { [segmentsFile]: smallSegments(), ...broken },
      config: {
        "queue-seeder:accountId": emulator.accountId,
        "queue-seeder:queues": { orders: { id: emulator.queueId("orders") } },
      },
      env: {
        CLOUDFLARE_API_TOKEN: emulator.token,
        CLOUDFLARE_BASE_URL: emulator.baseUrl.replace(`:${emulator.port}/`, `:${door.port}/`),
      },
    });
    return {
      emulator,
      door,
      stack,
      segments: () => segmentsOf(stack.exportState()),
      restoreState() {
        const file = join(stack.project.dir, "../state/.pulumi/stacks/queue-seeder/soak.json");
        copyFileSync(`${file}.bak`, file);
      },
      collect: () => collect(emulator),
      async [Symbol.asyncDispose]() {
        await stack[Symbol.asyncDispose]();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The program's own text with smaller segments: for a data file that has several, thousands of rows would have to go. */
function smallSegments(): string {
  const text = readFileSync(join(import.meta.dirname, "../../..", segmentsFile), "utf8");
  const small = text.replace("return 5_000;", `return ${rowsOfSegment};`);
  if (small === text) throw new Error(`${segmentsFile} does not say any more how many rows a segment has.`);
  return small;
}

function segmentsOf(state: string): SegmentState[] {
  // A kill while it was written leaves nothing of it.
  if (state === "") return [];
  const resources: readonly { type: string; outputs?: Record<string, unknown> }[] =
    JSON.parse(state).checkpoint.latest?.resources ?? [];
  return resources
    .filter(({ type, outputs }) => type.endsWith("dynamic:Segment") && outputs?.ledger !== undefined)
    .map(({ outputs = {} }) => {
      const { manifest, inDoubt, inDoubtMessages, lastPush } = outputs as unknown as Omit<
        SegmentState,
        "maybeTwice"
      > & {
        lastPush: { maybeTwice: readonly string[] };
      };
      return { manifest, inDoubt, inDoubtMessages, maybeTwice: lastPush.maybeTwice };
    });
}

async function collect(emulator: Emulator): Promise<ReadonlyMap<string, number>> {
  const arrived = new Map<string, number>();
  for (const { body } of emulator.messages("orders")) {
    const { key } = body as { key: string };
    arrived.set(key, (arrived.get(key) ?? 0) + 1);
  }
  const url = `${emulator.baseUrl}/accounts/${emulator.accountId}/queues/${emulator.queueId("orders")}/purge`;
  const headers = { authorization: `Bearer ${emulator.token}` };
  const answer = await fetch(url, { method: "POST", headers, body: '{"delete_messages_permanently":true}' });
  if (!answer.ok) throw new Error(`the emulator does not purge: ${answer.status}`);
  return arrived;
}
