import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../src/emulator/index.ts";
import { skipWithout } from "../support/programs.ts";
import { Caller } from "./caller.ts";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

test("the page's files are served without a token, and let nothing in from elsewhere", async () => {
  await using emulator = await startEmulator();
  const root = `http://127.0.0.1:${emulator.port}`;
  const response = await fetch(root);
  const html = await response.text();
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? "");
  expect(links.length).toBeGreaterThan(0);
  for (const link of links) expect((await fetch(new URL(link, root))).status).toBe(200);
  for (const path of ["/page/../index.ts", "/page/none.js", "/page/constructor"]) {
    expect((await fetch(`${root}${path}`)).status).toBe(404);
  }
});

describe.skipIf(skipWithout(executablePath))(`in a browser (skipped where there is no ${executablePath})`, () => {
  let browser: Browser;
  let emulator: Emulator;
  let api: Caller;
  let page: Page;
  let failures: string[];

  beforeAll(async () => {
    // Chromium refuses its sandbox to root, and CI is root.
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });

  afterAll(() => browser?.close());

  beforeEach(async () => {
    emulator = await startEmulator({ queues: [{ name: "orders" }, { name: "mails" }], rateLimit: false });
    api = new Caller(emulator);
    page = await browser.newPage();
    failures = [];
    page.on("pageerror", (error) => failures.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") failures.push(message.text());
    });
  });

  afterEach(async () => {
    await page.close();
    await emulator.close();
  });

  const root = () => `http://127.0.0.1:${emulator.port}/`;
  const open = async () => {
    await page.goto(`${root()}#token=${emulator.token}`);
    await page.getByText("Live.").waitFor();
  };
  const row = (name: string) => page.getByRole("row").filter({ has: page.getByRole("button", { name, exact: true }) });

  test("queues and messages are shown as they come, JSON formatted", async () => {
    await api.post("/messages", { body: { order: 1, lines: [1] } });
    await open();
    expect(page.url()).toBe(root());
    await page.getByText('{\n  "order": 1,\n  "lines": [\n    1\n  ]\n}').waitFor();
    expect(await row("orders").locator("td").nth(1).textContent()).toBe("1");
    await api.post("/messages", { body: "later words", content_type: "text", delay_seconds: 60 });
    const item = page.getByRole("listitem").filter({ hasText: "later words" });
    await item.waitFor();
    expect(await item.locator("p").textContent()).toMatch(/text · 11 bytes · delayed · attempts 0 · delay 60 s/);
    await row("orders").locator("td").nth(1).getByText("2", { exact: true }).waitFor();
    // The rate: some messages in a second, and none again once nothing comes.
    await row("orders")
      .locator("td")
      .nth(3)
      .getByText(/^[1-9]/)
      .waitFor();
    await row("orders").locator("td").nth(3).getByText("0", { exact: true }).waitFor();
    expect(failures).toEqual([]);
  });

  test("bodies are shown as text, never run", async () => {
    const body = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>";
    await api.post("/messages", { body, content_type: "text" });
    await api.post("/messages", { body: { "</pre><b>": body } });
    await open();
    await page.locator("pre").nth(1).waitFor();
    expect(await page.locator("pre").first().textContent()).toBe(body);
    expect(await page.locator("#messages img, #messages script, #messages b").count()).toBe(0);
    expect(await page.title()).toBe("Queues emulator");
    expect(failures).toEqual([]);
  });

  test("what time alone changes is shown too", async () => {
    await api.post("/messages", { body: 1, delay_seconds: 1 });
    await open();
    await page.getByText("json · 1 bytes · ready").waitFor();
  });

  test("the filter finds by text, and more are shown on request", async () => {
    const messages = Array.from({ length: 60 }, (_, index) => ({ body: `number ${index}`, content_type: "text" }));
    await api.post("/messages/batch", { messages });
    await open();
    await page.locator("#messages li").nth(49).waitFor();
    await page.getByRole("button", { name: "Show more" }).click();
    await page.locator("#messages li").nth(59).waitFor();
    await page.getByLabel("Filter").fill("NUMBER 42");
    await page.locator("#messages li").nth(1).waitFor({ state: "detached" });
    expect(await page.locator("#messages pre").allTextContents()).toEqual(["number 42"]);
  });

  test("by keyboard: choose a queue, push a message, pause, purge", async () => {
    await open();
    await row("mails").getByRole("button").focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Messages of mails" }).waitFor();
    await page.getByText("Push a message").focus();
    await page.keyboard.press("Enter");
    await page.getByLabel("Body").fill('{"by": "hand"}');
    await page.getByLabel("Delay in seconds").fill("5");
    await page.getByRole("button", { name: "Push", exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Pushed.").waitFor();
    expect(emulator.messages("mails")).toMatchObject([{ body: { by: "hand" }, delaySeconds: 5 }]);

    await page.getByRole("button", { name: "Pause delivery" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Resume delivery" }).waitFor();
    await row("mails").getByText("paused").waitFor();

    await page.getByRole("button", { name: "Purge…" }).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    expect(emulator.messages("mails")).toHaveLength(1);
    await page.getByRole("button", { name: "Purge…" }).click();
    await page.getByRole("button", { name: "Delete them" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("No messages.").waitFor();
    expect(emulator.messages("mails")).toEqual([]);
    expect(failures).toEqual([]);
  });

  test("faults are switched on and off", async () => {
    await open();
    await page.getByLabel("Effect").selectOption("error:10250");
    await page.getByLabel("Requests").selectOption("push");
    await page.getByLabel("Times").fill("2");
    await page.getByRole("button", { name: "Switch on" }).click();
    await page.getByText("error 10250 on push, 2 more").waitFor();
    expect((await api.post("/messages", { body: 1 })).code).toBe(10250);
    await page.getByRole("button", { name: "Switch off" }).click();
    await page.getByText("No faults").waitFor();
    expect((await api.post("/messages", { body: 1 })).status).toBe(200);
  });

  test("what goes wrong is said", async () => {
    await open();
    await page.getByText("Push a message").click();
    await page.getByLabel("Body").fill("{");
    await page.getByRole("button", { name: "Push", exact: true }).click();
    await page.getByRole("status").filter({ hasText: "JSON" }).waitFor();
    expect(emulator.messages("orders")).toEqual([]);
  });

  test("without a token, or with another, it asks for one", async () => {
    await page.goto(root());
    await page.getByLabel("API token").fill("wrong");
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByText("does not take this token").waitFor();
    await page.getByLabel("API token").fill(emulator.token);
    await page.getByRole("button", { name: "Open" }).click();
    await row("orders").waitFor();
  });

  test.each(["light", "dark"] as const)("its words stand out in %s", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await open();
    const canvas = await page.evaluate("getComputedStyle(document.documentElement).colorScheme");
    expect(canvas).toBe("light dark");
    expect(await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")).toBe(colorScheme === "dark");
    const words = String(await page.evaluate("getComputedStyle(document.body).color"));
    expect(words).toBe(colorScheme === "dark" ? "rgb(255, 255, 255)" : "rgb(0, 0, 0)");
  });
});
