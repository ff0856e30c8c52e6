import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

export interface Comment {
  readonly id: number;
  readonly user: { readonly login: string };
  body: string;
}

/** The part of GitHub's API that the workflows use, for one repository. */
export interface GithubApi extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  /** Comments of all pull requests, oldest first. */
  readonly comments: Comment[];
  /** Pull requests by commit. */
  readonly pulls: Map<string, unknown[]>;
  readonly artifacts: Record<string, unknown>[];
  /** Method and path of each request. */
  readonly requests: string[];
  /** Status with which every write request is refused, if set. */
  refuse: number | undefined;
  /** Status with which every read request is refused, if set. */
  refuseReads: number | undefined;
}

const repository = "/repos/shop/seeds";

export async function startGithubApi(): Promise<GithubApi> {
  const server = createServer((request, response) => {
    answer(api, request).then(
      ([status, body]) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body)),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const api: GithubApi = {
    url: `http://127.0.0.1:${port}`,
    token: "ghs_of-this-test",
    comments: [],
    pulls: new Map(),
    artifacts: [],
    requests: [],
    refuse: undefined,
    refuseReads: undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return api;
}

async function answer(api: GithubApi, request: IncomingMessage): Promise<[number, unknown]> {
  const { pathname, searchParams } = new URL(request.url ?? "", api.url);
  api.requests.push(`${request.method} ${pathname}`);
  if (request.headers.authorization !== `Bearer ${api.token}`) return [401, { message: "Bad credentials" }];
  if (request.method !== "GET") return write(api, request.method ?? "", pathname, await json(request));
  if (api.refuseReads !== undefined) return [api.refuseReads, { message: "Bad Gateway" }];
  const pulls = /\/commits\/(\w+)\/pulls$/.exec(pathname)?.[1];
  if (pulls !== undefined) return [200, api.pulls.get(pulls) ?? []];
  if (pathname === `${repository}/actions/artifacts`) {
    const found = api.artifacts.filter(({ name }) => name === searchParams.get("name"));
    return [200, { total_count: found.length, artifacts: found }];
  }
  if (pathname !== `${repository}/issues/7/comments`) return [404, { message: "Not Found" }];
  const perPage = Math.min(100, Number(searchParams.get("per_page") ?? 30));
  const from = perPage * (Number(searchParams.get("page") ?? 1) - 1);
  return [200, api.comments.slice(from, from + perPage)];
}

function write(api: GithubApi, method: string, pathname: string, sent: unknown): [number, unknown] {
  if (api.refuse !== undefined) return [api.refuse, { message: "Resource not accessible by integration" }];
  const { body } = sent as { body: string };
  if (body.length > 65_536) return [422, { message: "body is too long (maximum is 65536 characters)" }];
  if (method === "POST" && pathname === `${repository}/issues/7/comments`) {
    const comment = { id: 1_000 + api.comments.length, user: { login: "github-actions[bot]" }, body };
    api.comments.push(comment);
    return [201, comment];
  }
  const comment = api.comments.find(({ id }) => pathname === `${repository}/issues/comments/${id}`);
  if (method !== "PATCH" || comment === undefined) return [404, { message: "Not Found" }];
  comment.body = body;
  return [200, comment];
}
