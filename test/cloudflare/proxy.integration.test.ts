import { createServer } from "node:http";
import { createServer as createNetServer, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { type ClientOptions, ConfigError, createClient } from "../../src/cloudflare/index.ts";
import { cleanUp, credentials, listen, one, queue } from "./servers.ts";

const baseUrl = new URL("https://api.cloudflare.invalid/client/v4");

interface Asked {
  readonly target: string | undefined;
  readonly user: string | undefined;
}

interface TestProxy {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly asked: Asked[];
}

/** Starts a proxy that answers every CONNECT with `answer`, or never if it is undefined. */
async function proxy(answer: string | undefined): Promise<TestProxy> {
  const asked: Asked[] = [];
  const server = createServer();
  server.on("connect", (request, socket) => {
    const [, encoded] = request.headers["proxy-authorization"]?.split(" ") ?? [];
    asked.push({ target: request.url, user: encoded && Buffer.from(encoded, "base64").toString() });
    if (answer !== undefined) socket.end(`HTTP/1.1 ${answer}\r\n\r\n`);
    else cleanUp(() => socket.destroy());
  });
  return { host: (await listen(server)).host, asked };
}

function clientFor(env: Readonly<Record<string, string>>, rest: Partial<ClientOptions> = {}) {
  const client = createClient({ credentials, baseUrl, env, ...rest });
  cleanUp(() => client.close());
  return client;
}

const push = (env: Readonly<Record<string, string>>) => clientFor(env).push(queue, one);

describe("a proxy's refusal", () => {
  test.each([
    [
      "407 Proxy Authentication Required",
      "no",
      /requires a user and a password \(407\)/,
      /HTTPS_PROXY as http:\/\/USER/,
    ],
    ["403 Forbidden", "no", /does not allow requests to api\.cloudflare\.invalid:443 \(403\)/, /NO_PROXY/],
    ["404 Not Found", "no", /does not allow requests to .* \(404\)/, /NO_PROXY/],
    ["204 No Content", "no", /does not allow requests to .* \(204\)/, /NO_PROXY/],
    ["503 Service Unavailable", "after_wait", /could not reach api\.cloudflare\.invalid:443 \(503\)/, /later/],
    ["502 Bad Gateway", "after_wait", /could not reach api\.cloudflare\.invalid:443 \(502\)/, /later/],
  ])("%s is named for what it is", async (answer, retry, message, remedy) => {
    const { host, asked } = await proxy(answer);
    const answered = await push({ HTTPS_PROXY: `http://${host}` });
    expect(answered).toMatchObject({
      kind: "unsent",
      failure: { retry, message: expect.stringMatching(message), remedy: expect.stringMatching(remedy) },
    });
    expect(answered).toMatchObject({
      failure: { message: expect.stringContaining(`the proxy ${host} (from HTTPS_PROXY)`) },
    });
    expect(asked).toEqual([{ target: "api.cloudflare.invalid:443", user: undefined }]);
  });

  test("of its user and password does not show them", async () => {
    const { host, asked } = await proxy("407 Proxy Authentication Required");
    const answer = await push({ https_proxy: `http://us%40er:p%40ss@${host}` });
    expect(answer).toMatchObject({
      failure: { retry: "no", message: expect.stringMatching(/\(from https_proxy\) does not accept its user/) },
    });
    expect(asked.map(({ user }) => user)).toEqual(["us@er:p@ss"]);
    expect(JSON.stringify(answer)).not.toMatch(/p@ss|p%40ss|us@er/);
  });

  test("a user without a password is sent as one", async () => {
    const { host, asked } = await proxy("407 Proxy Authentication Required");
    await push({ HTTPS_PROXY: `http://token@${host}` });
    expect(asked.map(({ user }) => user)).toEqual(["token:"]);
  });
});

describe("an unreachable proxy", () => {
  test("is not mistaken for the API when nothing listens", async () => {
    const { host } = await proxy("200 OK");
    const port = Number(host.split(":")[1]);
    const closed = await new Promise<number>((resolve) => {
      const server = createNetServer().listen(0, "127.0.0.1", () => {
        const address = server.address();
        server.close(() => resolve(typeof address === "object" ? (address?.port ?? port) : port));
      });
    });
    expect(await push({ HTTPS_PROXY: `http://127.0.0.1:${closed}` })).toMatchObject({
      kind: "unsent",
      failure: {
        retry: "after_wait",
        message: `the proxy 127.0.0.1:${closed} (from HTTPS_PROXY) could not be reached: connection refused (ECONNREFUSED)`,
        remedy: "Check HTTPS_PROXY.",
      },
    });
  });

  test("because its name does not resolve", async () => {
    expect(await push({ HTTPS_PROXY: "http://proxy.invalid:3128" })).toMatchObject({
      kind: "unsent",
      failure: { message: expect.stringMatching(/^the proxy proxy\.invalid:3128 .* could not be reached: /) },
    });
  });

  test("because it hangs up", async () => {
    const server = createNetServer((socket: Socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    cleanUp(() => server.close());
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    expect(await push({ HTTPS_PROXY: `http://127.0.0.1:${port}` })).toMatchObject({
      kind: "unsent",
      failure: { retry: "after_wait", message: expect.stringContaining("(from HTTPS_PROXY) could not be reached") },
    });
  });

  test("because it never answers", async () => {
    const { host } = await proxy(undefined);
    const client = clientFor({ HTTPS_PROXY: `http://${host}` }, { connectTimeoutMs: 50 });
    expect(await client.push(queue, one)).toMatchObject({
      kind: "unsent",
      failure: {
        retry: "after_wait",
        message: `the proxy ${host} (from HTTPS_PROXY) did not answer within 0.05 s`,
        remedy: "Check HTTPS_PROXY and that the proxy is running.",
      },
    });
  });

  test("is not blamed once the tunnel is open: the API fails then", async () => {
    const server = createServer();
    const hello = new Promise<Buffer>((resolve) => {
      server.on("connect", (_, socket) => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        socket.once("data", (data: Buffer) => {
          resolve(data);
          socket.destroy();
        });
      });
    });
    const { host } = await listen(server);
    const answer = await push({ HTTPS_PROXY: `http://${host}` });
    // The first byte of a TLS handshake.
    expect((await hello)[0]).toBe(0x16);
    expect(answer).toMatchObject({
      kind: "unsent",
      failure: { message: expect.stringMatching(/^the API could not be reached/) },
    });
  });

  test("that never answers is abandoned when the run stops, since nothing was sent", async () => {
    const { host, asked } = await proxy(undefined);
    const stop = new AbortController();
    const answer = clientFor({ HTTPS_PROXY: `http://${host}` }).push(queue, one, undefined, stop.signal);
    await expect.poll(() => asked.length).toBe(1);
    stop.abort();
    expect(await answer).toMatchObject({
      kind: "unsent",
      failure: { message: "the request was cancelled before it was sent" },
    });
  });
});

describe("the choice of a proxy", () => {
  test.each(["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])(
    "%s names one, with a scheme or without",
    async (name) => {
      const { host, asked } = await proxy("403 Forbidden");
      for (const value of [`http://${host}`, host, ` http://${host}/ `]) {
        expect(await push({ [name]: value })).toMatchObject({
          failure: { message: expect.stringContaining(`(from ${name})`) },
        });
      }
      expect(asked).toHaveLength(3);
    },
  );

  test.each(["api.cloudflare.invalid", ".cloudflare.invalid", "cloudflare.invalid", "*", "api.cloudflare.invalid:443"])(
    "NO_PROXY=%s uses no proxy",
    async (value) => {
      const { host, asked } = await proxy("403 Forbidden");
      for (const name of ["NO_PROXY", "no_proxy"]) {
        const answer = await push({ HTTPS_PROXY: `http://${host}`, [name]: value });
        expect(answer).toMatchObject({ kind: "unsent", failure: { message: expect.stringMatching(/^the API could/) } });
      }
      expect(asked).toEqual([]);
    },
  );

  test.each([
    ["http://user:p#ss/sesame@proxy.example:3128", /is not the address of a proxy.*%2F %23/],
    ["http://user:12#sesame@proxy.example:3128", /is not the address of a proxy.*%2F %23/],
    ["http://user:sesame%zz@proxy.example:3128", /has an invalid percent-encoding in its user or password/],
    ["http://proxy.example:99999", /is not the address of a proxy/],
    ["http://proxy.example/wpad.dat", /is not the address of a proxy/],
    ["http://", /is not the address of a proxy/],
    ["a proxy", /is not the address of a proxy/],
    ["socks4://proxy.example:1080", /has an unsupported scheme/],
    ["file:///etc/proxy", /is not the address of a proxy/],
  ])("%s is refused before a request, and not repeated", (value, message) => {
    let error: unknown;
    try {
      clientFor({ HTTPS_PROXY: value });
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ code: "PROXY_INVALID", message: expect.stringMatching(message) });
    expect(String(error)).toMatch(/HTTPS_PROXY .* Set it as http:\/\/HOST:PORT/);
    expect(String(error)).not.toMatch(/sesame|proxy\.example/);
  });
});
