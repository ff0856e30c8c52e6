/** Takes the screenshot of the emulator's page for docs/emulator.md, with an example of everything. Needs Chromium. */

import { join } from "node:path";
import { chromium } from "playwright-core";
import { manualClock, startEmulator } from "../../src/emulator/index.ts";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const file = join(import.meta.dirname, "../../docs/emulator.png");

// Keeps the times in the picture the same.
const clock = manualClock(Date.UTC(2026, 10, 27, 9, 30));
const queues = ["orders", "emails", "dead-orders"].map((name) => ({ name }));
const emulator = await startEmulator({ queues, rateLimit: false, clock });

async function call(method: string, path: string, body: object): Promise<void> {
  const url = `${emulator.baseUrl}/accounts/${emulator.accountId}/queues/${path}`;
  const headers = { authorization: `Bearer ${emulator.token}` };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(await response.text());
}

const [orders, emails] = [emulator.queueId("orders"), emulator.queueId("emails")];
await call("POST", `${orders}/consumers`, { type: "http_pull", dead_letter_queue: "dead-orders" });
await call("POST", `${emails}/consumers`, { type: "worker", script_name: "mailer" });
for (const [index, sku] of ["A-1", "B-20", "C-300", "A-1"].entries()) {
  await call("POST", `${orders}/messages`, {
    body: { order: 1_042 + index, customer: { id: index + 7, country: "NO" }, lines: [{ sku, quantity: index + 1 }] },
  });
  clock.advance(1_250);
}
await call("POST", `${orders}/messages`, { body: "remind the customer", content_type: "text", delay_seconds: 600 });
await call("POST", `${emails}/messages/batch`, {
  messages: [{ body: { to: "a@example.com" } }, { body: { to: "b@example.com" } }],
});
await call("PATCH", emails, { settings: { delivery_paused: true } });
await call("POST", `${orders}/messages/pull`, { batch_size: 1 });
clock.advance(4_000);
emulator.faults.add({ effect: { kind: "error", code: 10250 }, match: { route: "batch" }, times: 3 });

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  const page = await browser.newPage({ viewport: { width: 1_100, height: 640 }, deviceScaleFactor: 1.5 });
  await page.goto(`http://127.0.0.1:${emulator.port}/#token=${emulator.token}`);
  await page.locator("#messages li").nth(1).locator("summary").click();
  await page.locator("#messages pre").nth(1).getByText("customer").waitFor();
  await page.screenshot({ path: process.argv[2] ?? file, fullPage: true });
} finally {
  await browser.close();
  await emulator.close();
}
