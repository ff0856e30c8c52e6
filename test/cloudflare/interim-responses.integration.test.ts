import { createServer, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { cleanUp, clientOf, encoded, one, queue } from "./servers.ts";

const body = '{"success":true,"result":null}';
const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`;
const unasked = "HTTP/1.1 100 Continue\r\n\r\n";

/** Starts a server that answers each request with these pieces, one after the other. */
async function piecewise(...pieces: readonly string[]): Promise<{ baseUrl: URL; requests: () => number }> {
  const sockets = new Set<Socket>();
  let requests = 0;
  const server = createServer((socket) => {
    sockets.add(socket.setNoDelay(true).on("error", () => undefined));
    socket.on("data", async (data) => {
      if (!data.toString().includes(" HTTP/1.1\r\n")) return;
      requests += 1;
      for (const piece of pieces) {
        await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
        // Lets the piece be sent as a packet of its own.
        for (let turns = 0; turns < 20; turns += 1) await turn();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUp(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as { port: number };
  return { baseUrl: new URL(`http://127.0.0.1:${port}/client/v4`), requests: () => requests };
}

test.each([
  ["with the answer", [unasked + head + body]],
  ["on its own", [unasked, head + body]],
  ["twice", [unasked + unasked, head, body]],
  ["with headers of its own", ["HTTP/1.1 100 Continue\r\nDate: today\r\n\r\n", head + body]],
  ["letter by letter", [...unasked, head + body]],
  ["none, and an answer letter by letter", [...head, body]],
])("an unrequested 100 Continue is skipped: %s", async (_, pieces) => {
  const server = await piecewise(...pieces);
  const client = clientOf(server, { connections: 1 });
  // The second request uses the same connection.
  for (let round = 0; round < 2; round += 1) expect(await client.push(queue, one)).toMatchObject({ kind: "accepted" });
  expect(server.requests()).toBe(2);
});

test("a body that looks like one stays unchanged", async () => {
  const message = JSON.stringify({ success: false, errors: [{ code: 10207, message: `${unasked}words` }] });
  const first = `HTTP/1.1 400 Bad Request\r\nContent-Length: ${message.length}\r\n\r\n`;
  const cut = message.indexOf("HTTP/1.1 100");
  const server = await piecewise(unasked, first + message.slice(0, cut), message.slice(cut));
  const answer = await clientOf(server).push(queue, [encoded("1")]);
  expect(answer).toMatchObject({
    kind: "refused",
    failure: { code: 10207, message: expect.stringContaining("HTTP/1.1 100 Continue") },
  });
});

test("an answer that ends there is lost", async () => {
  const server = createServer((socket) => socket.on("error", () => undefined).once("data", () => socket.end(unasked)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUp(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as { port: number };
  const client = clientOf({ baseUrl: new URL(`http://127.0.0.1:${port}/client/v4`) });
  expect(await client.push(queue, one)).toMatchObject({ kind: "unknown", failure: { retry: "unknown_outcome" } });
});
