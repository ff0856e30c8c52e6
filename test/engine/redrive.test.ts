import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parsePage, repository } from "../docs/support/pages.ts";
import { Caller } from "../emulator/caller.ts";
import { cli } from "./support/cli.ts";
import { makeSeeder, outputOf } from "./support/seeder.ts";

/** Dead letters as the API accepts them, and each as it has to arrive again, byte by byte. */
const letters = [
  ['{"order":1,"price":19.90,"note":"${stack} $${x}"}', "json", '{"order":1,"price":19.9,"note":"${stack} $${x}"}'],
  ['{"order":2,"at":1e21,"list":[null,true,""]}', "json", '{"order":2,"at":1e+21,"list":[null,true,""]}'],
  ['{"order":2,"at":1e21,"list":[null,true,""]}', "json", '{"order":2,"at":1e+21,"list":[null,true,""]}'],
  ['"a string of JSON"', "json", '"a string of JSON"'],
  ["9007199254740991", "json", "9007199254740991"],
  ['"plain ${secret.X} words\\r\\n\\u2028ü😀"', "text", "plain ${secret.X} words\r\n\u2028ü😀"],
  ['"{\\"a\\":1.50}"', "text", '{"a":1.50}'],
] as const;

/** Returns the command lines of a page, in order. */
function commandsOf(page: string): readonly string[] {
  const { blocks } = parsePage(page, readFileSync(join(repository, page), "utf8"));
  return blocks.flatMap(({ language, text }) => (language === "sh" ? text.trim().split("\n") : []));
}

it("follows docs/redrive.md from dead letters to messages that are pushed exactly once", async () => {
  const queues = [{ name: "orders" }, { name: "orders-dead" }];
  await using seeder = await makeSeeder({ name: "prod", messages: {}, emulator: { queues } });
  const { emulator, stack } = seeder;
  const caller = new Caller(emulator);
  const post = async (queue: string, path: string, body: unknown) => {
    const { status, json } = await caller.call("POST", path, body, emulator.queueId(queue));
    expect(status, JSON.stringify(json)).toBe(200);
    return json;
  };
  await post("orders", "/consumers", { type: "http_pull", dead_letter_queue: "orders-dead" });
  await caller.call(
    "POST",
    "/messages/batch",
    { messages: letters.map(([body, content_type]) => ({ body: JSON.parse(body), content_type })) },
    emulator.queueId("orders-dead"),
  );
  execFileSync("git", ["init", "--quiet"], { cwd: stack.project.dir });
  const env = {
    ...stack.project.env,
    GIT_AUTHOR_NAME: "a",
    GIT_AUTHOR_EMAIL: "a@example.com",
    GIT_COMMITTER_NAME: "a",
    GIT_COMMITTER_EMAIL: "a@example.com",
  };

  const commands = commandsOf("docs/redrive.md");
  expect(commands.length).toBeGreaterThan(8);
  for (const command of commands) {
    if (command.startsWith("npx wrangler ")) {
      // The contract tests run this very command; its effect is enough here.
      await post("orders-dead", "/consumers", { type: "http_pull", settings: { max_retries: 100 } });
    } else if (command.startsWith("npx --no-install queue-seeder ")) {
      // A user would confirm.
      const words = `${command.slice("npx --no-install queue-seeder ".length)}${command.includes(" up ") ? " --yes" : ""}`;
      const run = await cli(stack.project, words.split(" "));
      expect([run.code, command], outputOf(run)).toEqual([0, command]);
    } else execFileSync("sh", ["-c", command], { cwd: stack.project.dir, env });
  }
  expect(existsSync(join(stack.project.dir, "messages/redrive/look.yaml"))).toBe(false);
  expect(emulator.messages("orders-dead")).toEqual([]);

  const pulled = await post("orders", "/messages/pull", { batch_size: 100 });
  const { messages } = (pulled as { result: { messages: { body: string; metadata: Record<string, string> }[] } })
    .result;
  const arrived = messages.map(({ body, metadata }) => {
    const type = metadata["CF-Content-Type"];
    return [type, type === "json" ? Buffer.from(body, "base64").toString() : body];
  });
  expect(arrived.toSorted()).toEqual(letters.map(([, type, text]) => [type, text]).toSorted());
});
