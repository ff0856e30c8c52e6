import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import {
  emptyRequest,
  encodeRequest,
  parseRequest,
  type RunRequest,
  requestEnv,
} from "../../../src/lifecycle/protocol/request.ts";
import { temporaryFolder } from "../../manifest/support/fixture.ts";

/** Returns the request that the provider reads from a file with this text. */
function reading(text: string): RunRequest {
  using folder = temporaryFolder();
  const file = join(folder.path, "request.json");
  writeFileSync(file, text);
  return parseRequest({ [requestEnv]: file });
}

it.each<RunRequest>([
  emptyRequest,
  {
    events: true,
    plan: "p1:abc",
    approvedPushes: ["p1:a", "p1:b"],
    repair: { action: "forget", manifest: "a", segments: "urn:a", messages: ["m1", "#2"] },
  },
  { ...emptyRequest, repair: { action: "baseline", manifest: "a", segments: "urn:a", messages: undefined } },
])("reads what a command wrote: %j", (request) => {
  expect(reading(encodeRequest(request))).toEqual(request);
});

it.each([undefined, ""])("requests nothing without a file", (file) => {
  expect(parseRequest({ [requestEnv]: file })).toEqual(emptyRequest);
});

const repair = (repair: object) => JSON.stringify({ version: 1, events: true, repair });

it.each([
  ["{", /is not JSON/],
  ["[]", /it is not in queue-seeder's format/],
  ['{"version":2,"events":true}', /written by a newer version/],
  ['{"version":1}', /not in queue-seeder's format/],
  ['{"version":1,"events":true,"plan":1}', /not in queue-seeder's format/],
  ['{"version":1,"events":true,"approvedPushes":"p1:a"}', /not in queue-seeder's format/],
  [repair({ action: "push", manifest: "a", segments: "urn:a" }), /not in queue-seeder's format/],
  [repair({ action: "forget", segments: "urn:a" }), /not in queue-seeder's format/],
  [repair({ action: "forget", manifest: "a" }), /not in queue-seeder's format/],
  [repair({ action: "forget", manifest: "a", segments: "urn:a", messages: [1] }), /not in queue-seeder's format/],
])("refuses a file of another version: %s", (text, why) => {
  expect(() => reading(text)).toThrow(
    expect.objectContaining({ code: "REQUEST_UNREADABLE", message: expect.stringMatching(why) }),
  );
});

it("refuses a file that does not exist", () => {
  expect(() => parseRequest({ [requestEnv]: "/nowhere/request.json" })).toThrow(/^REQUEST_UNREADABLE: /);
});
