import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { spawnProcess } from "../../src/engine/child-process.ts";
import { temporaryFolder } from "../manifest/support/fixture.ts";

const file = join(import.meta.dirname, "../../docs/pipelines/gitlab/messages.gitlab-ci.yml");
const lines: readonly string[] = parse(readFileSync(file, "utf8"))["plan-messages"].script;
const script = lines.find((line) => line.includes("MESSAGES_GITLAB_TOKEN")) ?? "";

interface Note {
  readonly id: number;
  readonly author: { readonly id: number };
  body: string;
}

/** Runs the step that comments, against the part of GitLab's API that it uses. */
async function comment(notes: Note[], plan: string, more: Readonly<Record<string, string>> = {}) {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "plan.md"), plan);
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://gitlab.example");
    requests.push(`${request.method} ${pathname}`);
    const end = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body));
    if (request.headers["private-token"] !== "glpat-of-this-test") return end(401, {});
    if (pathname === "/user") return end(200, { id: 1 });
    if (request.method === "GET") {
      const from = 100 * (Number(searchParams.get("page")) - 1);
      return end(200, notes.slice(from, from + 100));
    }
    const { body } = (await json(request)) as { body: string };
    const note = notes.find(({ id }) => pathname.endsWith(`/notes/${id}`));
    if (note === undefined) notes.push({ id: 1_000 + notes.length, author: { id: 1 }, body });
    else note.body = body;
    return end(200, {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { code, stdout, stderr } = await spawnProcess("bash", ["-eo", "pipefail", "-c", script], {
      cwd: folder.path,
      env: {
        PATH: process.env.PATH ?? "",
        CI_API_V4_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        CI_PROJECT_ID: "3",
        CI_PROJECT_DIR: folder.path,
        CI_MERGE_REQUEST_IID: "7",
        MESSAGES_GITLAB_TOKEN: "glpat-of-this-test",
        ...more,
      },
    }).done;
    return { code, output: stdout + stderr, requests };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const marker = "<!-- queue-seeder plan: shop/dev -->";

it("writes the plan as a comment once, and then updates it", async () => {
  const notes: Note[] = [];
  const first = await comment(notes, `${marker}\n1 message "with quotes"\n`);
  expect([first.code, first.output]).toEqual([0, ""]);
  expect((await comment(notes, `${marker}\n2 messages\n`)).requests.at(-1)).toBe(
    "PUT /projects/3/merge_requests/7/notes/1000",
  );
  expect(notes.map(({ body }) => body)).toEqual([`${marker}\n2 messages\n`]);
});

it("finds its comment after any number of others, and never changes another author's", async () => {
  const other = { author: { id: 2 }, body: `${marker}\nforged` };
  const notes: Note[] = Array.from({ length: 150 }, (_, id) => ({ id, ...other }));
  notes.push({ id: 500, author: { id: 1 }, body: `${marker}\nold` });
  expect((await comment(notes, `${marker}\nnew\n`)).code).toBe(0);
  expect(notes.at(-1)).toMatchObject({ id: 500, body: `${marker}\nnew\n` });
  expect(notes.filter(({ body }) => body.includes("forged"))).toHaveLength(150);
});

it("does nothing without a token or outside of a merge request, and fails with GitLab without showing the token", async () => {
  for (const more of [{ MESSAGES_GITLAB_TOKEN: "" }, { CI_MERGE_REQUEST_IID: "" }]) {
    expect(await comment([], marker, more)).toEqual({ code: 0, output: "", requests: [] });
  }
  const refused = await comment([], marker, { MESSAGES_GITLAB_TOKEN: "glpat-expired" });
  expect([refused.code, refused.output]).toEqual([1, expect.stringContaining("GitLab answered 401")]);
  expect(refused.output).not.toContain("glpat-");
});

it("fails if there is no plan", async () => {
  const empty = await comment([], "");
  expect([empty.code, empty.output]).toEqual([
    1,
    expect.stringContaining("plan.md is empty: the plan was not written."),
  ]);
});
