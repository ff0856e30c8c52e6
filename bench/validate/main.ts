import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/**
 * Measures `queue-seeder validate` as a whole process, in turn with a process that only parses the same manifests with
 * `yaml` and checks them with a compiled Ajv schema. Figures are medians.
 *
 *     node bench/validate/main.ts [rounds]
 */
const rounds = Number(process.argv[2] ?? 7);
const repository = join(import.meta.dirname, "../..");
const schema = join(repository, "messages/manifest.schema.json");

const manifest = (number: number) => `# yaml-language-server: $schema=./manifest.schema.json
queue: orders
defaults: { delay_seconds: 5 }
messages:
${Array.from(
  { length: 10 },
  (_, n) => `  - id: order-${number}-${n}
    body:
      type: order.backfilled
      order: ${number * 10 + n}
      customer: { id: c-${n}, name: "Ada Lovelace" }
      lines: [{ sku: MUG-0${n}, quantity: 2 }, { sku: TEE-0${n}, quantity: 1 }]
`,
).join("")}`;

interface Taken {
  readonly seconds: number;
  /** Processor time in seconds, which is meaningful even on a busy machine. */
  readonly cpu: number;
}

async function run(args: readonly string[], cwd: string): Promise<Taken> {
  const start = performance.now();
  const hook = `data:text/javascript,process.on("exit",()=>{const{user,system}=process.cpuUsage();console.log("cpu",user+system)})`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", hook, ...args], { cwd });
  return { seconds: (performance.now() - start) / 1000, cpu: Number(/cpu (\d+)/.exec(stdout)?.[1]) / 1e6 };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

for (const count of [30, 1_000]) {
  const root = mkdtempSync(join(tmpdir(), "queue-seeder-bench-"));
  try {
    mkdirSync(join(root, "messages"));
    for (let n = 0; n < count; n += 1) writeFileSync(join(root, `messages/m${n}.yaml`), manifest(n));
    const validate = () => run([join(repository, "src/cli/main.mjs"), "validate"], root);
    const parse = () => run([join(import.meta.dirname, "parse.ts"), join(root, "messages"), schema], root);
    await validate();
    await parse();
    const pairs: { readonly validate: Taken; readonly parse: Taken }[] = [];
    for (let round = 0; round < rounds; round += 1) pairs.push({ validate: await validate(), parse: await parse() });
    const of = (way: "validate" | "parse", what: keyof Taken) =>
      median(pairs.map((pair) => pair[way][what])).toFixed(2);
    const ratio = (what: keyof Taken) => median(pairs.map((pair) => pair.validate[what] / pair.parse[what])).toFixed(2);
    console.log(`${count} manifests of 10 messages, whole processes, median of ${rounds}`);
    console.log(`  validate          ${of("validate", "seconds")} s, ${of("validate", "cpu")} s of processor time`);
    console.log(`  yaml and Ajv      ${of("parse", "seconds")} s, ${of("parse", "cpu")} s of processor time`);
    console.log(`  ratio             ${ratio("seconds")}, of processor time ${ratio("cpu")}`);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
