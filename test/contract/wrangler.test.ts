/** `--wrangler-dev`: the consumer runs under an unmodified `wrangler dev`, in a process of its own. */

import { beforeAll, expect, test } from "vitest";
import { npmPackages } from "./cache.ts";
import { Project, prelude } from "./workers.ts";
import { wranglerVersion } from "./wrangler.ts";
import { devEnvironment, WranglerDev } from "./wrangler-dev.ts";

let wrangler: string;

beforeAll(async () => {
  wrangler = await npmPackages("wrangler", `wrangler@${wranglerVersion}`);
});

const files = {
  "consumer.ts": `${prelude}
    export default { async queue(batch: Batch): Promise<void> {
      show(batch);
      if (batch.messages.some(({ body, attempts }) => body === "again" && attempts === 1)) throw new Error("not yet");
    } };`,
  "wrangler.jsonc": JSON.stringify({
    name: "mailer",
    main: "consumer.ts",
    compatibility_date: "2026-06-01",
    queues: { consumers: [{ queue: "orders", max_batch_size: 2, max_batch_timeout: 0, max_retries: 1 }] },
  }),
};

test("messages wait for a consumer under wrangler dev, reach it, and survive its end", async () => {
  await using project = await Project.open(wrangler, files);
  await using running = await project.emulate(devEnvironment(project.folder), "--wrangler-dev", "orders");
  await running.push(1, 2);
  await running.push("again");
  expect(await running.bodies("orders")).toEqual([1, 2, "again"]);
  {
    using dev = new WranglerDev(wrangler, project.folder);
    await running.printed("[orders] info: wrangler dev consumes this queue");
    await running.printed("[orders] info: 3 of 3 messages handed over");
    await dev.printed("batch [[1,1],[2,1]]");
    // wrangler makes the retries itself, as configured.
    await dev.printed('batch [["again",2]]');
    expect(await running.bodies("orders")).toEqual([]);
    await dev.end("SIGTERM");
  }
  await running.printed("[orders] info: wrangler dev has stopped");
  await running.push("kept");
  expect(await running.bodies("orders")).toEqual(["kept"]);
  using dev = new WranglerDev(wrangler, project.folder);
  await dev.printed('batch [["kept",1]]');
  await running.printed("[orders] info: 1 of 1 messages handed over");
  expect(await running.bodies("orders")).toEqual([]);
  await dev.end("SIGKILL");
  // It could not unregister itself, so the registry still lists it.
  await running.push("kept too");
  await running.printed("wrangler dev does not accept the messages; they stay in the queue");
  expect(await running.bodies("orders")).toEqual(["kept too"]);
});
