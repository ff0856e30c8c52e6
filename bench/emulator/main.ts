/**
 * The emulator beside a bare server that reads and discards the same bodies: requests a second for full batches, in turn
 * so that both meet the same load of the machine, and the emulator's memory for a million queued messages.
 */

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Pool } from "undici";

const rounds = 7;
const requestsPerRound = 1_500;
const connections = 8;
const millionMessages = 1_000_000;

const body = JSON.stringify({
  messages: Array.from({ length: 100 }, (_, index) => ({
    body: { order: index, region: "eu-west", status: "created", note: "sixty to eighty bytes of body" },
    content_type: "json",
  })),
});

interface Server {
  readonly child: ChildProcess;
  readonly pool: Pool;
  readonly path: string;
}

async function start(kind: "emulator" | "bare"): Promise<Server> {
  const child = fork(fileURLToPath(new URL("servers.ts", import.meta.url)), [kind], { execArgv: ["--expose-gc"] });
  const [{ url }] = (await once(child, "message")) as [{ url: string }];
  const { origin, pathname } = new URL(url);
  return { child, pool: new Pool(origin, { connections }), path: pathname };
}

async function push({ pool, path }: Server, count: number): Promise<void> {
  let left = count;
  const headers = { authorization: "Bearer bench", "content-type": "application/json" };
  const worker = async () => {
    while (left-- > 0) {
      const answer = await pool.request({ method: "POST", path, headers, body });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
}

async function rate(server: Server): Promise<number> {
  const start = performance.now();
  await push(server, requestsPerRound);
  return (requestsPerRound * 1000) / (performance.now() - start);
}

/** Empty the queue, so that each round is about requests and not about the messages of those before it. */
async function purge({ pool, path }: Server): Promise<void> {
  const answer = await pool.request({
    method: "POST",
    path: path.replace(/messages\/batch$/, "purge"),
    headers: { authorization: "Bearer bench" },
    body: '{"delete_messages_permanently": true}',
  });
  await answer.body.dump();
}

async function rss({ child }: Server): Promise<number> {
  child.send("measure");
  const [{ rss }] = (await once(child, "message")) as [{ rss: number }];
  return rss;
}

const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

async function stop({ child, pool }: Server): Promise<void> {
  await pool.close();
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
}

const servers = { emulator: await start("emulator"), bare: await start("bare") };
const rates = { emulator: [] as number[], bare: [] as number[] };
await push(servers.emulator, 200);
await push(servers.bare, 200);
for (let round = 0; round < rounds; round += 1) {
  for (const kind of ["bare", "emulator"] as const) rates[kind].push(await rate(servers[kind]));
  await purge(servers.emulator);
}
const ratios = rates.emulator.map((one, index) => one / (rates.bare[index] ?? Number.NaN));
console.log(`machine: ${availableParallelism()} cores, Node ${process.version}; batches of 100, ${body.length} bytes`);
console.log(`bare server: ${Math.round(median(rates.bare))} requests a second (median of ${rounds} rounds)`);
console.log(`emulator: ${Math.round(median(rates.emulator))} requests a second`);
console.log(`ratio: ${median(ratios).toFixed(2)} (${ratios.map((ratio) => ratio.toFixed(2)).join(" ")})`);
await stop(servers.emulator);
await stop(servers.bare);

const fresh = await start("emulator");
const before = await rss(fresh);
await push(fresh, millionMessages / 100);
const bytes = (await rss(fresh)) - before;
console.log(
  `memory: ${Math.round(bytes / 1e6)} MB for ${millionMessages} messages, ${Math.round(bytes / millionMessages)} bytes each`,
);
await stop(fresh);
