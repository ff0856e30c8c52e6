/**
 * Compares the emulator with a bare server that reads and discards the same bodies: requests per second for full batches,
 * in alternating rounds so that both see the same load of the machine, and the emulator's memory for a million messages.
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

interface Round {
  /** Requests per second. */
  readonly rate: number;
  /** Microseconds of the server's processor time per request, which other programs on the machine hardly affect. */
  readonly cpu: number;
}

async function measureRound(server: Server): Promise<Round> {
  const before = await measure(server);
  const start = performance.now();
  await push(server, requestsPerRound);
  const rate = (requestsPerRound * 1000) / (performance.now() - start);
  return { rate, cpu: ((await measure(server)).cpu - before.cpu) / requestsPerRound };
}

/** Empties the queue, so that messages of earlier rounds do not affect the next one. */
async function purge({ pool, path }: Server): Promise<void> {
  const answer = await pool.request({
    method: "POST",
    path: path.replace(/messages\/batch$/, "purge"),
    headers: { authorization: "Bearer bench" },
    body: '{"delete_messages_permanently": true}',
  });
  await answer.body.dump();
}

async function measure({ child }: Server): Promise<{ rss: number; cpu: number }> {
  child.send("measure");
  const [measured] = (await once(child, "message")) as [{ rss: number; cpu: number }];
  return measured;
}

const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

async function stop({ child, pool }: Server): Promise<void> {
  await pool.close();
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
}

const servers = { emulator: await start("emulator"), bare: await start("bare") };
const measured = { emulator: [] as Round[], bare: [] as Round[] };
await push(servers.emulator, 200);
await push(servers.bare, 200);
for (let round = 0; round < rounds; round += 1) {
  for (const kind of ["bare", "emulator"] as const) measured[kind].push(await measureRound(servers[kind]));
  await purge(servers.emulator);
}
console.log(`machine: ${availableParallelism()} cores, Node ${process.version}; batches of 100, ${body.length} bytes`);
for (const kind of ["bare", "emulator"] as const) {
  const rate = Math.round(median(measured[kind].map((round) => round.rate)));
  const cpu = Math.round(median(measured[kind].map((round) => round.cpu)));
  console.log(`${kind}: ${rate} requests a second, ${cpu} µs of processor time each (medians of ${rounds} rounds)`);
}
const ratios = measured.emulator.map(({ rate }, index) => rate / (measured.bare[index]?.rate ?? Number.NaN));
const cpuRatios = measured.emulator.map(({ cpu }, index) => (measured.bare[index]?.cpu ?? Number.NaN) / cpu);
const shown = (all: readonly number[]) => `${median(all).toFixed(2)} (${all.map((one) => one.toFixed(2)).join(" ")})`;
console.log(`ratio of requests a second: ${shown(ratios)}`);
console.log(`ratio by processor time: ${shown(cpuRatios)}`);
await stop(servers.emulator);
await stop(servers.bare);

const fresh = await start("emulator");
const before = (await measure(fresh)).rss;
await push(fresh, millionMessages / 100);
const bytes = (await measure(fresh)).rss - before;
console.log(
  `memory: ${Math.round(bytes / 1e6)} MB for ${millionMessages} messages, ${Math.round(bytes / millionMessages)} bytes each`,
);
await stop(fresh);
