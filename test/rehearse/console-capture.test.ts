import { expect, it } from "vitest";
import { ConsoleCapture } from "../../src/rehearse/runtime/console-capture.ts";

const line = (text: string, call: number | "" = "") => ({ level: "log", message: `${text} \u0001${call}\u0001` });
const end = (data: object) => ({ level: "debug", message: `\u0001end\u0001${JSON.stringify(data)} \u0001\u0001` });

it("attributes a line to the call that its mark names, and an unmarked one to the current call", () => {
  const capture = new ConsoleCapture();
  const first = capture.begin();
  const second = capture.begin();
  capture.take(line("late", first));
  capture.take(line("present", second));
  capture.take({ level: "warn", message: "of the runtime" });
  capture.take(line("unmarked"));
  expect(capture.finish(first).lines).toEqual([{ level: "log", text: "late" }]);
  expect(capture.finish(second).lines.map(({ text }) => text)).toEqual(["present", "of the runtime", "unmarked"]);
});

it("recognizes the end of a call, with its exception and stack frames", async () => {
  const capture = new ConsoleCapture((frame) => frame.replace("bundle.js:9", "source.ts:2"));
  const call = capture.begin();
  const stack = "TypeError: a\nb\n    at f (file:///bundle.js:9:1)\n    at file:///queue-seeder-entry.js:3:1";
  capture.take(end({ call, exception: { name: "TypeError", message: "a\nb", stack } }));
  await capture.closed(call);
  expect(capture.finish(call).end?.exception).toEqual({
    name: "TypeError",
    message: "a\nb",
    stack: "    at f (file:///source.ts:2:1)",
  });
});

it("keeps a hundred lines of a call, and counts the others", () => {
  const capture = new ConsoleCapture();
  const call = capture.begin();
  for (let n = 0; n < 130; n += 1) capture.take(line(`${n}`, call));
  const { lines, omittedLines, end: ended } = capture.finish(call);
  expect([lines.length, omittedLines, ended]).toEqual([100, 30, undefined]);
});

it("keeps an empty line and several lines unchanged", () => {
  const capture = new ConsoleCapture();
  const call = capture.begin();
  capture.take({ level: "log", message: `\u0001${call}\u0001` });
  capture.take(line("a\n  b", call));
  expect(capture.finish(call).lines.map(({ text }) => text)).toEqual(["", "a\n  b"]);
});
