import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { confirm } from "../../../src/cli/shared/confirm.ts";

async function answer(given: string): Promise<readonly [boolean, string]> {
  const input = new PassThrough();
  const output = new PassThrough();
  const asked = confirm("Deploy dev?", input, output);
  input.end(given);
  const yes = await asked;
  output.end();
  return [yes, await text(output)];
}

it.each([
  ["y\n", true],
  ["Yes\n", true],
  ["n\n", false],
  ["\n", false],
  ["yesterday\n", false],
  ["", false],
])("takes %j for %s", async (given, yes) => {
  const [taken, asked] = await answer(given);
  expect([taken, asked.trimEnd()]).toEqual([yes, "Deploy dev? [y/N]"]);
});
