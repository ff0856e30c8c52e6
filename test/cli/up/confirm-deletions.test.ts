import { expect, it } from "vitest";
import { loadStackSnapshot } from "../../../src/cli/shared/deployment/stack-snapshot.ts";
import type { QueueChange } from "../../../src/cli/shared/plan/queue-changes.ts";
import { confirmDeletions } from "../../../src/cli/up/confirm-deletions.ts";
import { EngineNotFoundError } from "../../../src/engine/pulumi.ts";
import { temporaryFolder, writeFiles } from "../../manifest/support/fixture.ts";
import { planOf } from "../shared/plan/fixture.ts";

const find = () => Promise.reject(new EngineNotFoundError("there is none"));
const change = (name: string, change: QueueChange["change"]): QueueChange => ({
  name,
  change,
  id: "q1",
  backlog: null,
});
const plan = planOf([], {
  queueChanges: [
    change("fresh", "create"),
    change("settings", "update"),
    change("swapped", "replace"),
    change("dropped", "delete"),
  ],
});

/** Confirms the plan's deletions for a stack that has no credentials, so what is in the queues is unknown. */
async function confirm(deleteQueue: readonly string[], stackFile = "config: {}\n") {
  using root = temporaryFolder();
  writeFiles(root.path, {
    "Pulumi.yaml": "name: shop\nruntime: nodejs\n",
    "Pulumi.dev.yaml": stackFile,
    "messages/a.yaml": "queue: orders\nmessages: []\n",
  });
  const snapshot = await loadStackSnapshot(root.path, { full: "dev", short: "dev" }, find);
  const notes: string[] = [];
  const reporter = { onNote: (text: string) => notes.push(text) };
  const exit = await confirmDeletions(plan, snapshot, { flags: { yes: true, deleteQueue }, reporter, find, env: {} });
  return { exit, notes };
}

it.each([
  ["dropped", "swapped"],
  ["swapped", "dropped"],
])(
  "requires the name of each queue that is deleted or replaced: with %s alone, %s is missing",
  async (named, missing) => {
    const { exit, notes } = await confirm([named]);
    expect([exit, notes]).toEqual([1, [expect.stringContaining(`pass \`--delete-queue ${missing}\``)]]);
    expect(notes[0]).toMatch(/^QUEUE_DELETION: nothing was pushed\./);
  },
);

it("requires no other names, in a production stack either", async () => {
  const production = 'config: { "queue-seeder:production": [dev] }\n';
  for (const stackFile of [undefined, production]) {
    expect(await confirm(["swapped", "dropped"], stackFile)).toEqual({ exit: undefined, notes: [] });
    expect(await confirm([], stackFile)).toMatchObject({ exit: 1 });
  }
});
