import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { messagesFile, RehearsalProject } from "../../support/rehearsal-project.ts";

const config = (consumers: readonly object[]) => JSON.stringify({ main: "consumer.ts", queues: { consumers } });
const files = {
  ...messagesFile(["a"]),
  "consumer.ts": "export default { async queue() {} };",
  "two/consumer.ts": "export default { async queue() {} };",
  "two/wrangler.json": config([{ queue: "b" }, { queue: "c" }]),
  "wrong/wrangler.json": config([{ queue: "orders", max_retries: 101 }]),
};

describe("wrong usage", () => {
  it.each([
    [[], "no consumer is named. Name one with --worker QUEUE=FILE, or with --wrangler-dev QUEUE."],
    [["--worker", "orders=consumer.ts", "--wrangler-dev", "orders"], "the queue orders has two consumers here"],
    [["none.yaml", "--worker", "orders=consumer.ts"], "there is no file or folder none.yaml"],
    [["--worker", "consumer.ts"], "write it as QUEUE=FILE"],
    [["--worker", "orders=consumer.ts,max_batch_size=101"], "batch_size"],
    [["--worker", "orders=consumer.ts,colour=red"], "colour"],
    [
      ["--worker", "order=consumer.ts"],
      "neither a manifest nor the stack has the queue order. Known queues: orders. Did you mean",
    ],
    [["--worker", "orders=consumer.ts", "--env", "prod"], "there is no wrangler configuration next to consumer.ts"],
    [["--worker", "orders=consumer.ts", "--config", "none.toml"], "none.toml cannot be read"],
    [["--worker", "orders=two/consumer.ts"], "has consumers for b, c, and none for orders"],
    [["--worker", "orders=wrong/wrangler.json"], "max_retries of the consumer of orders is not a whole number"],
    [["--worker", "orders=consumer.ts", "--secrets", "none.env"], "--secrets none.env cannot be read"],
    [["--worker", "orders=consumer.ts", "--append", "none/plan.md"], "plan.md cannot be written"],
    [["--worker", "orders=consumer.ts", "--sample", "0"], "at least 1"],
    [["--worker", "orders=consumer.ts", "--handler-timeout", "901"], "at most 900"],
    [["--worker", "orders=consumer.ts", "--format", "sarif"], "Allowed choices are"],
  ])("%j ends with 2", async (flags, message) => {
    await using project = await RehearsalProject.open(undefined, files);
    const { code, stdout, stderr } = await project.runHere(...flags);
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringContaining(message)]);
  });
});

it("names the package to install if miniflare is missing", async () => {
  await using project = await RehearsalProject.open(undefined, files);
  const { code, stderr } = await project.runHere("--worker", "orders=consumer.ts");
  expect(code).toBe(1);
  expect(stderr).toContain("miniflare, which is not installed");
  expect(stderr).toContain("npm install --save-dev miniflare");
});

it("starts nothing if there is nothing to rehearse", async () => {
  await using project = await RehearsalProject.open(undefined, {
    ...files,
    "messages/mails.yaml": "queue: orders\nstacks: [prod]\nmessages:\n  - body: 1\n",
  });
  const { code, stdout } = await project.runHere("messages/mails.yaml", "--worker", "orders=consumer.ts");
  expect([code, stdout]).toEqual([0, "There is nothing to rehearse.\n"]);
});

it("adds its section to a plan, and leaves the rest unchanged", async () => {
  await using project = await RehearsalProject.open(undefined, { ...files, "plan.md": "<!-- marker -->\nplan\n" });
  const { code } = await project.runHere("two", "--worker", "orders=consumer.ts", "--append", "plan.md");
  expect(code).toBe(0);
  const section = "\n<details><summary><b>The consumer</b>: nothing to rehearse</summary>\n\n\n</details>\n";
  expect(readFileSync(join(project.folder, "plan.md"), "utf8")).toBe(`<!-- marker -->\nplan\n${section}`);
});

it("names a queue without a consumer", async () => {
  await using project = await RehearsalProject.open(undefined, {
    ...files,
    "messages/mails.yaml": "queue: mails\nstacks: [prod]\nmessages:\n  - body: 1\n",
  });
  const { code, stdout } = await project.runHere("--worker", "mails=consumer.ts");
  expect([code, stdout]).toEqual([0, "? orders: 1 message and no consumer was named\n"]);
});

it("ends with 1 if the manifests have errors", async () => {
  await using project = await RehearsalProject.open(undefined, { ...files, ...messagesFile([]) });
  const { code, stdout, stderr } = await project.run("--worker", "orders=consumer.ts");
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("messages/orders.yaml:");
});
