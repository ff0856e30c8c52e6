import { type Repair, repairVariable } from "../../lifecycle/repair.ts";
import { didYouMean } from "../../manifest/index.ts";
import { confirmed } from "../confirm.ts";
import { pulumiFinder, readFacts, stackName } from "../deployment/facts.ts";
import { type RecordedSegment, urns } from "../engine/state.ts";
import { tellProblems } from "../plan/run.ts";
import type { RepairFlags } from "../repair.ts";
import { UsageError } from "../usage.ts";
import { toldOf } from "./told.ts";

/** What is going to happen, in the words of the question. */
const doing = {
  baseline: "Mark as pushed, without pushing",
  forget: "Let the next run push again",
  settle_pushed: "Take as pushed, and never send again,",
  settle_resend: "Let the next run send again, though they may arrive twice,",
} as const satisfies Record<Repair["action"], string>;

/**
 * Repairs the ledger of one manifest, in a run of the engine that touches nothing else and pushes nothing.
 *
 * @returns the exit code
 * @throws UsageError, LedgerError
 */
export async function runRepair(
  root: string,
  repair: Repair,
  flags: RepairFlags,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const terminal = process.stdin.isTTY && process.stderr.isTTY;
  if (flags.yes !== true && !terminal) {
    throw new UsageError("there is no terminal to ask at. Say --yes to change the ledger without a question.");
  }
  const find = pulumiFinder(root, env);
  const stack = await stackName(flags.stack, find);
  const facts = await readFacts(root, stack, find);
  if (!tellProblems(facts)) return 1;
  const recorded = facts.state.kind === "read" ? facts.state.state.segments : [];
  const names = [...facts.loaded.manifests.map(({ name }) => name), ...recorded.map(({ outputs }) => outputs.manifest)];
  refuseUnknown(repair.manifest, [...new Set(names)], stack.short);
  if (flags.yes !== true && !(await confirmed(`${questionOf(repair)} in ${stack.full}?`))) {
    process.stderr.write("The ledger is as it was.\n");
    return 1;
  }
  const targets = targetsOf(repair.manifest, recorded).flatMap((urn) => ["--target", urn]);
  const args = ["up", "--stack", stack.full, "--yes", "--skip-preview", ...targets];
  const ran = await (await find()).run(args, { [repairVariable]: JSON.stringify(repair) });
  process.stderr.write(
    toldOf(ran)
      .map((line) => `${line}\n`)
      .join(""),
  );
  return ran.code === 0 ? 0 : 1;
}

function refuseUnknown(manifest: string, names: readonly string[], stack: string): void {
  if (names.includes(manifest)) return;
  const known = names.length === 0 ? "It has none." : `It has ${names.join(", ")}.`;
  throw new UsageError(`${stack} has no manifest ${JSON.stringify(manifest)}. ${known}${didYouMean(manifest, names)}`);
}

function questionOf({ action, manifest, messages }: Repair): string {
  const which = messages === undefined ? "all messages it can be about" : messages.join(", ");
  return `${doing[action]} ${which} of ${manifest}`;
}

/**
 * The manifest's resources, and the list of deployments that they need; of components those that are there.
 *
 * Source: pulumi, `up --help`, --target.
 */
function targetsOf(manifest: string, recorded: readonly RecordedSegment[]): readonly string[] {
  return [
    ...recorded.flatMap(({ urn, origin, outputs }) =>
      origin !== "manifest" && outputs.manifest === manifest ? [urn] : [],
    ),
    urns.segment("*", "*", `${manifest}/*`),
    urns.manifest("*", "*", manifest),
    urns.deployments("*", "*"),
  ];
}
