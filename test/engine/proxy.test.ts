import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { cli } from "./support/cli.ts";
import { makeSeeder, outputOf, succeeded } from "./support/seeder.ts";

/** Starts a proxy that answers CONNECT with this line, or never if it is undefined. */
async function startProxy(answer: string | undefined) {
  const server: Server = createServer();
  const asked: (string | undefined)[] = [];
  const first = Promise.withResolvers<void>();
  const sockets: { destroy(): void }[] = [];
  server.on("connect", (request, socket) => {
    asked.push(request.url);
    sockets.push(socket);
    if (answer !== undefined) socket.end(`HTTP/1.1 ${answer}\r\n\r\n`);
    first.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    first: first.promise,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const manifest = "queue: orders\nmessages:\n  - { id: one, body: { n: 1 } }\n";
/** Set in the environment, so it is used; nothing listens there. */
const remote = { CLOUDFLARE_BASE_URL: "https://api.invalid/client/v4" };

it("connects to Pulumi and this machine without the proxy of the lower-case variable", async () => {
  await using proxy = await startProxy("403 Forbidden");
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest } });
  const env = { https_proxy: proxy.url, http_proxy: proxy.url };
  succeeded(await cli(seeder.stack.project, ["up", "--stack", "test", "--yes"], env));
  expect(seeder.bodies("orders")).toEqual([{ n: 1 }]);
  expect(proxy.asked).toEqual([]);
});

it("says what is wrong with the proxy, and keeps the messages for the next run", async () => {
  await using proxy = await startProxy("407 Proxy Authentication Required");
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest } });
  const { stack } = seeder;
  for (const [value, text] of [
    [proxy.url, "(from HTTPS_PROXY) requires a user and a password (407). Set HTTPS_PROXY as http://USER:PASSWORD@"],
    [
      "http://ann:se#same@proxy.example:1",
      "PROXY_INVALID: HTTPS_PROXY is not the address of a proxy. Write characters",
    ],
  ] as const) {
    const failed = await stack.up({ env: { ...remote, HTTPS_PROXY: value } });
    expect(failed.code).not.toBe(0);
    expect(outputOf(failed)).toContain(text);
    expect(outputOf(failed)).not.toMatch(/se#same|\n\s+at .*\.[mc]?[jt]s:/);
  }
  expect(new Set(proxy.asked)).toEqual(new Set(["api.invalid:443"]));
  succeeded(await stack.up());
  expect(seeder.bodies("orders")).toEqual([{ n: 1 }]);
});

it("abandons requests that wait for a proxy at the first signal, since nothing was sent", async () => {
  await using proxy = await startProxy(undefined);
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest } });
  const { stack } = seeder;
  const run = stack.spawnUp({ env: { ...remote, HTTPS_PROXY: proxy.url } });
  await proxy.first;
  run.child.kill("SIGINT");
  const stopped = await run.done;
  expect(stopped.code).not.toBe(0);
  expect(outputOf(stopped)).toContain("0 of 1 message pushed to orders, 0 in doubt, 1 not sent.");
  expect(outputOf(stopped)).toContain("The run was cancelled.");
  expect(outputOf(stopped)).not.toContain("did not answer within");
});
