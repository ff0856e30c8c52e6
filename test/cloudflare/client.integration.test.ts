import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { createServer as createNetServer, type Socket } from "node:net";
import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { Credentials, createClient } from "../../src/cloudflare/index.ts";
import { untrustedCertificate } from "./certificate.ts";
import { answering, cleanUp, clientOf, credentials, encoded, listen, one, queue, serve, token } from "./servers.ts";

const ok = '{"success":true,"errors":[],"messages":[],"result":null}';

describe("what is sent", () => {
  test("one message goes to the endpoint for one", async () => {
    const server = await answering(200, ok);
    await clientOf(server).push(queue, [encoded('{"a":"ü"}', { delaySeconds: 0 })]);
    expect(server.received).toMatchObject([
      {
        method: "POST",
        url: `/client/v4/accounts/${queue.accountId}/queues/${queue.queueId}/messages`,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "user-agent": "queue-seeder" },
        body: '{"body":{"a":"ü"},"content_type":"json","delay_seconds":0}',
      },
    ]);
  });

  test("several messages go to the batch endpoint, their bodies as they were serialized", async () => {
    const server = await answering(200, ok);
    await clientOf(server).push(queue, [
      encoded("1.0"),
      encoded('"words \\u2028"', { contentType: "text", delaySeconds: 60 }),
    ]);
    expect(server.received[0]?.url).toMatch(/\/messages\/batch$/);
    expect(server.received[0]?.body).toBe(
      '{"messages":[{"body":1.0,"content_type":"json"},' +
        '{"body":"words \\u2028","content_type":"text","delay_seconds":60}]}',
    );
  });

  test("no compressed answer is accepted", async () => {
    const server = await answering(200, ok);
    const client = clientOf(server);
    await client.push(queue, one);
    await client.metrics(queue);
    expect(server.received.map(({ headers }) => headers["accept-encoding"])).toEqual(["identity", "identity"]);
  });

  test("an email and a key are sent in their own headers", async () => {
    const server = await answering(200, ok);
    const pair = new Credentials("test", "k", { "x-auth-email": "a@b.c", "x-auth-key": "k" });
    await clientOf(server, { credentials: pair }).push(queue, one);
    expect(server.received[0]?.headers).toMatchObject({ "x-auth-email": "a@b.c", "x-auth-key": "k" });
    expect(server.received[0]?.headers.authorization).toBeUndefined();
  });

  test.each(["..", ".", "", "../../zones", "a/b", "a?b#c", "%2e%2e", "ü"])(
    "no id leads to another path: %j",
    async (id) => {
      const server = await answering(200, ok);
      await clientOf(server).push({ accountId: id, queueId: id }, one);
      expect(server.received[0]?.url).toMatch(/^\/client\/v4\/accounts\/[^/?#]+\/queues\/[^/?#]+\/messages$/);
    },
  );

  test("metrics and queues are read", async () => {
    const metrics = { backlog_count: 1, backlog_bytes: 2, oldest_message_timestamp_ms: 0 };
    const described = {
      queue_id: "b",
      queue_name: "orders",
      consumers_total_count: 1,
      settings: { delivery_paused: true },
    };
    const server = await serve(({ url }, response) => {
      response.end(JSON.stringify({ success: true, result: url?.endsWith("/metrics") ? metrics : described }));
    });
    const client = clientOf(server);
    expect(await client.metrics(queue)).toMatchObject({ kind: "ok", value: metrics });
    expect(await client.getQueue(queue)).toMatchObject({
      kind: "ok",
      value: { queue_id: "b", queue_name: "orders", consumers_total_count: 1, delivery_paused: true },
    });
    expect(server.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET /client/v4/accounts/${queue.accountId}/queues/${queue.queueId}/metrics`,
      `GET /client/v4/accounts/${queue.accountId}/queues/${queue.queueId}`,
    ]);
  });
});

describe("an answer that is lost", () => {
  test("after the request was read: the result is unknown, and it is not sent again", async () => {
    const server = await serve((request) => request.socket.destroy());
    expect(await clientOf(server).push(queue, one)).toMatchObject({
      kind: "unknown",
      failure: {
        retry: "unknown_outcome",
        message: expect.stringContaining("the connection ended before the answer arrived"),
      },
    });
    expect(server.received).toHaveLength(1);
  });

  test("before the request was read: it is not sent again, either", async () => {
    const sockets: Socket[] = [];
    const server = createNetServer((socket) => {
      sockets.push(socket);
      socket.resetAndDestroy();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    cleanUp(() => server.close());
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const answer = await clientOf({ baseUrl: new URL(`http://127.0.0.1:${port}`) }).push(queue, one);
    expect(["unknown", "unsent"]).toContain(answer.kind);
    expect(sockets).toHaveLength(1);
  });

  test("in the middle: the result is unknown, whatever its first half contains", async () => {
    const server = await serve((request, response) => {
      response.writeHead(200, { "content-length": String(ok.length + 1) });
      response.write(ok, () => request.socket.destroy());
    });
    expect(await clientOf(server).push(queue, one)).toMatchObject({
      kind: "unknown",
      failure: { status: 200, message: expect.stringContaining("truncated") },
    });
  });

  test("because it takes longer than the deadline", async () => {
    const server = await serve(() => {});
    expect(await clientOf(server, { deadlineMs: 50 }).push(queue, one)).toMatchObject({
      kind: "unknown",
      failure: { message: "no answer arrived within 0.05 s" },
    });
  });

  test("because its body takes longer than the deadline", async () => {
    const server = await serve((_, response) => response.writeHead(200).write("{"));
    expect(await clientOf(server, { deadlineMs: 50 }).push(queue, one)).toMatchObject({
      kind: "unknown",
      failure: { status: 200, message: expect.stringContaining("truncated") },
    });
  });

  test("because the caller cancels it", async () => {
    const given = new AbortController();
    const server = await serve(() => given.abort());
    expect(await clientOf(server).push(queue, one, given.signal)).toMatchObject({
      kind: "unknown",
      failure: { message: "the request was cancelled before its answer arrived" },
    });
  });

  test("because it is longer than the API's answers can be", async () => {
    const server = await serve((_, response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
      };
      response.on("drain", more);
      more();
    });
    expect(await clientOf(server).push(queue, one)).toMatchObject({
      kind: "unknown",
      failure: { message: expect.stringContaining("truncated") },
    });
  });

  test("leaves the client usable for the next request", async () => {
    let requests = 0;
    const server = await serve((request, response) => {
      requests += 1;
      if (requests % 2 === 1) request.socket.destroy();
      else response.end(ok);
    });
    const client = clientOf(server, { connections: 1 });
    const kinds = [];
    for (let i = 0; i < 6; i++) kinds.push((await client.push(queue, one)).kind);
    expect(kinds).toEqual(["unknown", "accepted", "unknown", "accepted", "unknown", "accepted"]);
    expect(server.received).toHaveLength(6);
  });
});

describe("a request that never leaves", () => {
  async function freePort(): Promise<URL> {
    const server = createServer();
    const url = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    return url;
  }

  test("because nothing listens", async () => {
    expect(await clientOf({ baseUrl: await freePort() }).push(queue, one)).toMatchObject({
      kind: "unsent",
      failure: {
        retry: "after_wait",
        message: "the API could not be reached: connection refused (ECONNREFUSED)",
        remedy: "Check CLOUDFLARE_BASE_URL.",
      },
    });
  });

  test("because the other side does not speak TLS", async () => {
    const { baseUrl, received } = await answering(200, ok);
    const secure = new URL(baseUrl.href.replace("http:", "https:"));
    expect(await clientOf({ baseUrl: secure }).push(queue, one)).toMatchObject({ kind: "unsent" });
    expect(received).toEqual([]);
  });

  test.each([
    ["which its own key signed", "localhost", "DEPTH_ZERO_SELF_SIGNED_CERT"],
    ["of a proxy, whose certificate is not known here", "a proxy", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
  ])("because it does not trust the other side's certificate, %s", async (_, issuer, code) => {
    let requests = 0;
    const server = createSecureServer(untrustedCertificate(issuer), (_request, response) => {
      requests += 1;
      response.end(ok);
    });
    const baseUrl = new URL((await listen(server)).href.replace("http://127.0.0.1", "https://localhost"));
    expect(await clientOf({ baseUrl }).push(queue, one)).toMatchObject({
      kind: "unsent",
      failure: {
        retry: "no",
        message: `the API could not be reached: its certificate is not trusted (${code})`,
        remedy: expect.stringContaining("NODE_EXTRA_CA_CERTS"),
      },
    });
    expect(requests).toBe(0);
  });

  test("because it was cancelled before", async () => {
    const server = await answering(200, ok);
    expect(await clientOf(server).push(queue, one, AbortSignal.abort())).toMatchObject({ kind: "unsent" });
    expect(server.received).toEqual([]);
  });

  test("because no connection was free before the deadline", async () => {
    const server = await serve(() => {});
    // Long enough to connect on a loaded machine.
    const client = clientOf(server, { connections: 1, deadlineMs: 1_000 });
    const [first, second] = await Promise.all([client.push(queue, one), client.push(queue, one)]);
    expect(first.kind).toBe("unknown");
    expect(second.kind).toBe("unsent");
    expect(server.received).toHaveLength(1);
    // It is not sent later either, once the connection is free again.
    expect((await client.push(queue, one)).kind).toBe("unknown");
    expect(server.received).toHaveLength(2);
  });

  test("because the proxy that the environment names lets nothing through", async () => {
    const asked: (string | undefined)[] = [];
    const proxy = createServer();
    proxy.on("connect", (request, socket) => {
      asked.push(request.url);
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    const { origin } = await listen(proxy);
    for (const name of ["HTTPS_PROXY", "https_proxy"]) vi.stubEnv(name, origin);
    for (const name of ["NO_PROXY", "no_proxy"]) vi.stubEnv(name, "");
    cleanUp(() => vi.unstubAllEnvs());
    const client = clientOf({ baseUrl: new URL("https://api.cloudflare.invalid/client/v4") });
    expect(await client.push(queue, one)).toMatchObject({ kind: "unsent" });
    expect(asked).toEqual(["api.cloudflare.invalid:443"]);
    const server = await answering(200, ok);
    expect((await clientOf(server).push(queue, one)).kind).toBe("accepted");
    expect(asked).toHaveLength(1);
  });

  test("because of a header that cannot be sent", async () => {
    const server = await answering(200, ok);
    const client = clientOf(server, { userAgent: "queue\nseeder" });
    expect(await client.push(queue, one)).toMatchObject({ kind: "unsent" });
    expect(server.received).toEqual([]);
  });
});

test("a redirect is not followed, so no other host gets the credentials", async () => {
  const elsewhere = await answering(200, ok);
  const server = await answering(307, "", { location: elsewhere.baseUrl.href });
  expect(await clientOf(server).push(queue, one)).toMatchObject({
    kind: "refused",
    failure: { retry: "no", status: 307, remedy: "Check CLOUDFLARE_BASE_URL." },
  });
  expect(elsewhere.received).toEqual([]);
});

test("an answer that repeats the secret does not put it into the error", async () => {
  const echo = JSON.stringify({ success: false, errors: [{ code: 6003, message: `no good: Bearer ${token}` }] });
  const server = await answering(400, echo);
  const answers = [await clientOf(server).push(queue, one), await clientOf(server).metrics(queue)];
  expect(inspect(answers, { depth: 9 })).toContain("Bearer (secret)");
  expect(inspect(answers, { depth: 9 })).not.toContain(token);
});

test("neither a failure nor the client shows the token", async () => {
  const server = await serve((request) => request.socket.destroy());
  const client = createClient({ credentials, baseUrl: server.baseUrl });
  cleanUp(() => client.close());
  const answer = await client.push(queue, one);
  expect(inspect([answer, client, credentials], { depth: 9, showHidden: true })).not.toContain(token);
});

test("requests share connections", async () => {
  const sockets = new Set<unknown>();
  const server = await serve((request, response) => {
    sockets.add(request.socket);
    response.end(ok);
  });
  const client = clientOf(server, { connections: 2 });
  await Promise.all(Array.from({ length: 20 }, () => client.push(queue, one)));
  expect(server.received).toHaveLength(20);
  expect(sockets.size).toBeLessThanOrEqual(2);
});
