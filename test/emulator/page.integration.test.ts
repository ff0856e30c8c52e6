import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../src/emulator/index.ts";
import { skipWithout } from "../support/programs.ts";
import { Caller } from "./caller.ts";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

test("the page's files are served without a token, and load nothing from other hosts", async () => {
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
    // Chromium does not run its sandbox as root, and CI runs as root.
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
  /** Returns the list item of the message whose summary contains this text. */
  const item = (text: string) => page.getByRole("listitem").filter({ has: page.locator("summary", { hasText: text }) });
  const headings = ["Queue", "Messages", "Bytes", "Messages/s", "Oldest", "Delivery"];
  const cell = (queue: string, heading: string) => row(queue).locator("th, td").nth(headings.indexOf(heading));
  const row = (name: string) => page.getByRole("row").filter({ has: page.getByRole("button", { name, exact: true }) });

  test("queues and messages are shown as they arrive, JSON formatted", async () => {
    await api.post("/messages", { body: { order: 1, lines: [1] } });
    await open();
    expect(page.url()).toBe(root());
    const first = item('{"order":1,"lines":[1]}');
    expect(await first.locator("pre").isVisible()).toBe(false);
    await first.locator("summary").click();
    await first.getByText('{\n  "order": 1,\n  "lines": [\n    1\n  ]\n}').waitFor();
    expect(await cell("orders", "Messages").textContent()).toBe("1");
    await api.post("/messages", { body: "later words", content_type: "text", delay_seconds: 60 });
    const later = item("later words");
    expect(await later.locator("summary").innerText()).toMatch(/\d\d:\d\d:\d\d UTC\s+delayed\s+later words\s+11 bytes/);
    await later.locator("summary").click();
    expect(await later.locator(".facts").textContent()).toMatch(
      /^text · 11 bytes · delayed · attempts 0 · delay 60 s · arrived .+ UTC · due .+ UTC · [0-9a-f]{32}$/,
    );
    // An open message stays open when others arrive.
    expect(await first.locator("pre").isVisible()).toBe(true);
    await cell("orders", "Messages").getByText("2", { exact: true }).waitFor();
    // The rate: some messages per second, and 0 again once none arrive.
    await cell("orders", "Messages/s")
      .getByText(/^[1-9]/)
      .waitFor();
    await cell("orders", "Messages/s").getByText("0", { exact: true }).waitFor();
    await page.getByText(/^2 messages · 34 bytes · oldest \d+ s · no consumer · /).waitFor();
    expect(failures).toEqual([]);
  });

  test("bodies are shown as text and never run; hidden and direction-changing characters are visible", async () => {
    const body = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>";
    await api.post("/messages", { body, content_type: "text" });
    await api.post("/messages", { body: { "</pre><b>": body } });
    await api.post("/messages", { body: "a\u202eb\u200b\u00a0\u001bc\n\td 日本 e\u0301 😀", content_type: "text" });
    await open();
    for (const index of [0, 1, 2]) await page.locator("#messages summary").nth(index).click();
    await page.locator("pre").nth(2).waitFor();
    expect(await page.locator("pre").first().textContent()).toBe(body);
    expect(await page.locator("#messages img, #messages script, #messages b").count()).toBe(0);
    expect(await page.title()).toBe("Queues emulator");
    const hidden = page.locator("#messages pre").nth(2);
    await hidden.getByText("日本").waitFor();
    expect(await hidden.textContent()).toBe("a\\u{202e}b\\u{200b}\\u{a0}\\u{1b}c\n\td 日本 e\u0301 😀");
    expect(await page.locator("#messages .preview").nth(2).textContent()).toContain("a\\u{202e}b\\u{200b}");
    expect(failures).toEqual([]);
  });

  test("changes over time are shown too", async () => {
    await api.post("/messages", { body: 1, delay_seconds: 1 });
    await open();
    await page.locator("#messages .state").getByText("ready", { exact: true }).waitFor();
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
    expect(await page.locator("#messages .preview").allTextContents()).toEqual(["number 42"]);
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
    await page.getByText("Add a fault").click();
    await page.getByLabel("Effect").selectOption("error:10250");
    await page.getByLabel("Requests").selectOption("push");
    await page.getByLabel("Times").fill("2");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByText("error 10250 on push, 2 more").waitFor();
    expect((await api.post("/messages", { body: 1 })).code).toBe(10250);
    await page.getByRole("button", { name: "Turn off error 10250 on push" }).click();
    await page.getByText("No faults").waitFor();
    expect((await api.post("/messages", { body: 1 })).status).toBe(200);
  });

  test("failures are shown", async () => {
    await open();
    await page.getByText("Push a message").click();
    await page.getByLabel("Body").fill("{");
    await page.getByRole("button", { name: "Push", exact: true }).click();
    await page.getByRole("status").filter({ hasText: "JSON" }).waitFor();
    expect(emulator.messages("orders")).toEqual([]);
  });

  test("without a token, or with a wrong one, it asks for one", async () => {
    await page.goto(root());
    await page.getByLabel("API token").fill("wrong");
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByText("refused this token").waitFor();
    await page.getByLabel("API token").fill(emulator.token);
    await page.getByRole("button", { name: "Open" }).click();
    await row("orders").waitFor();
  });

  test("a message is opened by keyboard, its body copied as it was sent, and the queue's id", async () => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: root() });
    await api.raw("POST", "/messages", '{"body": {"ä": 1.50}}');
    await open();
    const clipboard = () => page.evaluate("navigator.clipboard.readText()");
    await page.locator("#messages summary").focus();
    await page.keyboard.press("Enter");
    await page.locator("#messages pre").waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("Copied the body.").waitFor();
    expect(await clipboard()).toBe('{"ä":1.5}');
    await page.getByRole("button", { name: "Copy queue id" }).click();
    await page.getByText("Copied the queue's id.").waitFor();
    expect(await clipboard()).toBe(emulator.queueId("orders"));
    expect(failures).toEqual([]);
  });

  test("its times are in UTC, whatever the browser's time zone", async () => {
    const elsewhere = await browser.newPage({ timezoneId: "Asia/Kathmandu", locale: "ne-NP" });
    await api.post("/messages", { body: 1 });
    const [message] = emulator.messages("orders");
    const arrived = new Date(message?.arrivedAt ?? 0).toISOString();
    await elsewhere.goto(`${root()}#token=${emulator.token}`);
    const time = elsewhere.locator("#messages time");
    expect(await time.textContent()).toBe(`${arrived.slice(11, 19)} UTC`);
    expect(await time.getAttribute("datetime")).toBe(arrived);
    await elsewhere.close();
  });

  test("faults are next to the queues if there is room, otherwise before the messages", async () => {
    await api.post("/messages/batch", { messages: Array.from({ length: 100 }, (_, index) => ({ body: index })) });
    await page.setViewportSize({ width: 1_280, height: 800 });
    await open();
    await page.locator("#messages li").nth(49).waitFor();
    const top = async (name: string) => (await page.getByRole("heading", { name, exact: true }).boundingBox())?.y ?? -1;
    expect(await top("Faults")).toBe(await top("Queues"));
    expect(await top("Faults")).toBeLessThan(200);
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await top("Queues")).toBeLessThan(await top("Faults"));
    expect(await top("Faults")).toBeLessThan(await top("Messages of orders"));
    // Each message takes one line.
    expect((await page.locator("#messages li").first().boundingBox())?.height).toBeLessThan(40);
  });

  // Colors do not depend on the width, nor the width on the colors. The check for violations takes most of the time.
  test.each([
    [390, "dark", true],
    [820, "light", false],
    [1_280, "light", true],
  ] as const)("at %i px, in %s, it is accessible and does not overflow", async (width, colorScheme, checked) => {
    emulator.createQueue({ name: "a-queue-whose-name-has-no-room-on-a-narrow-page", jurisdiction: "eu" });
    await api.post("/consumers", { type: "http_pull" });
    await api.post("/messages", { body: { words: "x".repeat(2_000) } });
    await api.post("/messages", { body: "later", content_type: "text", delay_seconds: 600 });
    emulator.faults.add({ effect: { kind: "error", code: 10250 }, match: { route: "push" }, times: 3 });
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    const complaints = async () => [...(checked ? await violations() : []), ...(await overflow())];
    await page.goto(root());
    await page.getByLabel("API token").waitFor();
    // axe-core compares the colors of texts with those of what is behind them: these are the ones that it is to see.
    const canvas = await page.evaluate("getComputedStyle(document.documentElement).colorScheme");
    const words = await page.evaluate("getComputedStyle(document.body).color");
    expect([canvas, words]).toEqual(["light dark", colorScheme === "dark" ? "rgb(232, 234, 237)" : "rgb(27, 31, 36)"]);
    expect(await complaints()).toEqual([]);
    await page.getByLabel("API token").fill(emulator.token);
    await page.getByRole("button", { name: "Open" }).click();
    await page.locator("#messages summary").nth(1).waitFor();
    expect(await page.getByLabel("API token").isVisible()).toBe(false);
    expect(await complaints()).toEqual([]);
    await page.locator("#messages summary").first().click();
    for (const name of ["Add a fault", "Push a message"]) await page.getByText(name).click();
    expect(await complaints()).toEqual([]);
    await page.getByRole("button", { name: "Purge…" }).click();
    expect(await complaints()).toEqual([]);
    expect(failures).toEqual([]);
  });

  /** Returns the violations that axe-core finds. */
  async function violations(): Promise<string[]> {
    // Evaluated in the page, since the page's policy does not allow adding a script.
    if ((await page.evaluate("typeof axe")) === "undefined") await page.evaluate(axe.source);
    // Details of what is in order are not needed, and take most of the time.
    const found = (await page.evaluate("axe.run({ resultTypes: ['violations'] })")) as axe.AxeResults;
    return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }

  /** Returns whether the page is wider than its window. */
  async function overflow(): Promise<string[]> {
    const over = Number(await page.evaluate("document.documentElement.scrollWidth - innerWidth"));
    return over > 0 ? [`${over} px too wide`] : [];
  }
});
